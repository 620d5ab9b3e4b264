"""The answer of a saved query as it is given out: whole or cut to a page, explained, in a form; and how it is cited.

The hash of a result is that of its canonical form, SPARQL 1.1 Query Results JSON without white space: the bytes of the
whole answer in JSON, whatever form it is given out in.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from itertools import islice
from typing import IO, Protocol, cast

import pyoxigraph as ox

from g7graph import citation, exports, i18n, run
from g7graph.citation import Citation
from g7graph.errors import BadParameter, QueryError
from g7graph.explain import explained
from g7graph.queries import Library, SavedQuery
from g7graph.run import Given
from g7graph.store import Engine
from g7graph.store.answers import RESULTS, as_table, write
from g7graph.table import Column, Table

#: Forms that tell datatypes: what explains a row is one cell of JSON there.
_TYPED = ("json", "tsv", "xml")
_FAST = 1


@dataclass(frozen=True)
class Run:
    """A saved query, the values of its parameters as people type them, and the language of labels."""

    query: SavedQuery
    values: Mapping[str, str] = field(default_factory=dict)
    lang: str = i18n.DEFAULT


@dataclass(frozen=True)
class Wanted:
    """How an answer is wanted: in a form of `exports.TABLES`, `most` rows from the `first` on (from 0), explained."""

    form: str
    first: int = 0
    most: int | None = None
    explained: bool = False

    @property
    def whole(self) -> bool:
        """Whether it is the bare answer, with all its rows."""
        return self.most is None and not self.explained


@dataclass(frozen=True)
class Told:
    """What is told of an answer beside it: how it is cited and, where they were counted, how many rows it has whole."""

    citation: Citation
    rows: int | None = None


@dataclass(frozen=True)
class Materialised:
    """An answer from before anybody asked: its canonical form, packed, the hash of that, how many rows it has."""

    packed: bytes
    hash: str
    rows: int

    @classmethod
    def of(cls, written: bytes) -> Materialised:
        """Keep a result in its canonical form."""
        return cls(gzip.compress(written, _FAST, mtime=0), hash_of(written), count(BytesIO(written)))

    def opened(self) -> IO[bytes]:
        """Open the canonical form, which is unpacked as it is read: it may be large."""
        return cast(IO[bytes], gzip.GzipFile(fileobj=BytesIO(self.packed)))


class Answers(Protocol):
    """Materialised answers, by the text of their query with all its values; a dictionary is one."""

    def get(self, text: str, /) -> Materialised | None:
        """Return an answer; None where it is to be made."""


@dataclass(frozen=True)
class Runner:
    """What runs saved queries: a store, the library that they are of, the answers that were made before."""

    store: Engine
    library: Library
    answers: Answers = field(default_factory=dict[str, Materialised])

    def materialise(self, query: SavedQuery, lang: str) -> tuple[str, Materialised]:
        """Return the answer of a query as it is by default, and before it what it will be found by.

        Raises QueryError as the store, and for a query that gives no table.
        """
        given = run.terms(self.store, query, {}, lang=lang)
        text = _filled(query, {**given, **run.defaults(self.store, self.library, query, given)})
        answer = self.store.query(text)
        if isinstance(answer, ox.QueryTriples):
            raise QueryError("no_table")
        return text, Materialised.of(canonical(answer))

    def give(self, asked: Run, wanted: Wanted, out: IO[bytes]) -> Told:
        """Run a saved SELECT or ASK, where its answer is not there yet, and write that.

        Raises BadParameter as `run.bind`, QueryError as the store.
        """
        store, query = self.store, asked.query
        if wanted.explained and not query.explain:
            known = [param.name for param in query.params]
            raise BadParameter("unknown_parameter", query=query.name, parameter="explain", known=known)
        given = run.terms(store, query, asked.values, lang=asked.lang)
        resolved = {**given, **run.defaults(store, self.library, query, given)}
        found = self.answers.get(_filled(query, resolved))
        opened: Callable[[], IO[bytes]]
        if found is None:
            answer = store.query(_filled(query, given))
            if wanted.whole and wanted.form == "json":
                hashing = _Hashing(out)
                write(answer, "json", cast(IO[bytes], hashing))
                return Told(citation.cited(store, query, resolved, hashing.hash))
            if isinstance(answer, ox.QueryTriples):
                raise QueryError("no_table")
            written = canonical(answer)
            opened, hashed = partial(BytesIO, written), hash_of(written)
        else:
            opened, hashed = found.opened, found.hash
        cited = citation.cited(store, query, resolved, hashed)
        if wanted.whole and wanted.form in RESULTS and wanted.form != "json":
            write(_read(opened()), wanted.form, out)
            return Told(cited, found.rows if found else None)
        told = Told(cited, rows := found.rows if found else count(opened()))
        if wanted.form == "json" and not wanted.explained and wanted.first == 0 and rows <= (wanted.most or rows):
            shutil.copyfileobj(opened(), out)  # the page is the whole
            return told
        page = run.typed(cut(opened(), wanted.first, wanted.most), query)
        if wanted.explained and query.explain:
            evidence = explained(store, self.library, query.explain, resolved, page)
            page = evidence.nested() if wanted.form in _TYPED else evidence.flat()
        out.write(exports.TABLES[wanted.form].write(page))
        return told


def count(kept: IO[bytes]) -> int:
    """Count the rows of a result, of which none is held in memory; a truth value is one."""
    answer = _read(kept)
    return sum(1 for _ in answer) if isinstance(answer, ox.QuerySolutions) else 1


def cut(kept: IO[bytes], first: int = 0, most: int | None = None) -> Table:
    """Return the rows of a page; no others are held in memory at a time, and what comes after it is not read."""
    answer = _read(kept)
    if not isinstance(answer, ox.QuerySolutions):
        return as_table(answer)
    columns = tuple(Column(variable.value) for variable in answer.variables)
    places = range(len(columns))
    end = None if most is None else first + most
    rows = (tuple(solution[place] for place in places) for solution in islice(answer, first, end))
    return Table(columns, tuple(rows))


def canonical(answer: ox.QuerySolutions | ox.QueryBoolean) -> bytes:
    """Return the canonical form of a result, which is what `exports.results.json` writes of a table."""
    return answer.serialize(format=RESULTS["json"]) or b""


def hash_of(written: bytes) -> str:
    """Return the hash by which a result in its canonical form is cited: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(written).hexdigest()


def hash_of_graph(triples: Iterable[ox.Triple]) -> str:
    """Return the hash by which a graph is cited: SHA-256 of its canonical N-Triples (RDFC-1.0), sorted."""
    graph = ox.Dataset(ox.Quad(*triple) for triple in triples)
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(f"{quad.triple} .\n" for quad in graph)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def table_of(written: bytes) -> Table:
    """Read an answer that was given out in JSON."""
    return as_table(_read(BytesIO(written)))


def _read(kept: IO[bytes]) -> ox.QuerySolutions | ox.QueryBoolean:
    return ox.parse_query_results(kept, format=RESULTS["json"])


def _filled(query: SavedQuery, given: Mapping[str, Given]) -> str:
    return run.filled(query.text, {name: [term] for name, term in given.items()})


class _Hashing:
    """A file that hashes what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest = file, hashlib.sha256()

    @property
    def hash(self) -> str:
        """The hash of what was written, in hexadecimal digits."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        """Write a piece."""
        self._digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Write what is buffered."""
        self._file.flush()
