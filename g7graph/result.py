"""The answer of a saved query as it is given out: whole or cut to a page, explained, in a form; and how it is cited.

The hash of a result is that of its canonical form, SPARQL 1.1 Query Results JSON without white space: the bytes of the
whole answer in JSON, whatever form it is given out in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, cast

import pyoxigraph as ox

from g7graph import citation, exports, i18n, run
from g7graph.citation import Citation
from g7graph.errors import BadParameter, QueryError
from g7graph.explain import explained
from g7graph.queries import Library, SavedQuery
from g7graph.store import Engine
from g7graph.store.answers import RESULTS, as_table, write
from g7graph.table import Column, Table

#: Forms that tell datatypes: what explains a row is one cell of JSON there.
_TYPED = ("json", "tsv", "xml")


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


def give(store: Engine, library: Library, asked: Run, wanted: Wanted, out: IO[bytes]) -> Told:
    """Run a saved SELECT or ASK and write its answer. Raises BadParameter as `run.bind`, QueryError as the store."""
    query = asked.query
    if wanted.explained and not query.explain:
        known = [param.name for param in query.params]
        raise BadParameter("unknown_parameter", query=query.name, parameter="explain", known=known)
    given = run.terms(store, query, asked.values, lang=asked.lang)
    answer = store.query(run.filled(query.text, {name: [term] for name, term in given.items()}))
    resolved = {**given, **run.defaults(store, library, query, given)}
    if wanted.whole and wanted.form == "json":
        hashing = _Hashing(out)
        write(answer, "json", cast(IO[bytes], hashing))
        return Told(citation.cited(store, query, resolved, hashing.hash))
    if isinstance(answer, ox.QueryTriples):
        raise QueryError("no_table")
    kept = canonical(answer)
    told = citation.cited(store, query, resolved, hash_of(kept))
    if wanted.whole and wanted.form in RESULTS:
        write(ox.parse_query_results(kept, format=RESULTS["json"]), wanted.form, out)
        return Told(told)
    rows = count(kept)
    if wanted.form == "json" and not wanted.explained and wanted.first == 0 and rows <= (wanted.most or rows):
        out.write(kept)  # the page is the whole
        return Told(told, rows)
    page = run.typed(cut(kept, wanted.first, wanted.most), query)
    if wanted.explained and query.explain:
        found = explained(store, library, query.explain, resolved, page)
        page = found.nested() if wanted.form in _TYPED else found.flat()
    out.write(exports.TABLES[wanted.form].write(page))
    return Told(told, rows)


def count(kept: bytes) -> int:
    """Count the rows of a result, of which none is held in memory; a truth value is one."""
    answer = ox.parse_query_results(kept, format=RESULTS["json"])
    return sum(1 for _ in answer) if isinstance(answer, ox.QuerySolutions) else 1


def cut(kept: bytes, first: int = 0, most: int | None = None) -> Table:
    """Return the rows of a page; no others are held in memory at a time."""
    answer = ox.parse_query_results(kept, format=RESULTS["json"])
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
    return as_table(ox.parse_query_results(written, format=RESULTS["json"]))


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
