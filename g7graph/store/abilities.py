"""What an engine can do, found out by asking it: its default graph, the formats it writes, what it gets wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pyoxigraph as ox

from g7graph import i18n
from g7graph.errors import QueryError, StoreError
from g7graph.store.answers import GRAPHS, RESULTS
from g7graph.table import text as bare

#: Sends a query for a media type; returns the media type and the body of the answer, and the name of the engine.
Ask = Callable[[str, str], tuple[str, bytes, str]]

#: Forms that another one is written in too: N-Triples are N-Quads, Turtle is TriG.
SAME = {"nq": "nt", "trig": "ttl"}
_SOURCES = ("xml", "json", "tsv")
_GRAPH_SOURCES = ("nt", "ttl", "rdf")
_SLOT = re.compile(r"\(UNDEF UNDEF UNDEF\)")
_CSV_VALUES = [
    ["http://example.org/a?b=c,d&e", ""],
    ["a \"b\", <c> & 'd'\n\te é", "x"],
    ["a", ""],
    ["1.5", "1"],
    ["true", "false"],
    ["2014-05-01", "2014"],
    ["a", "http://example.org/"],
]


@dataclass(frozen=True)
class Abilities:
    """What was found out.

    `union`: whether the default graph is the union of the named ones (None: there is no named graph to tell by).
    `faithful`: the forms that it writes as the standards say; `asks`: whether it answers ASK with true or false.
    `lists`: whether it lists its graphs without reading them. `wrong`: the features that it gets wrong.
    """

    engine: str
    union: bool | None
    faithful: frozenset[str]
    asks: bool
    lists: bool
    wrong: tuple[str, ...]

    def source(self, form: str) -> str:
        """Return the form to ask the engine for where another one is wanted."""
        form = SAME.get(form, form)
        if form in self.faithful:
            return form
        wanted = _SOURCES if form in RESULTS else _GRAPH_SOURCES
        return next((one for one in wanted if one in self.faithful), wanted[0])

    @property
    def takes_milliseconds(self) -> bool:
        """Whether `timeout=` tells it how many milliseconds to work at most."""
        return self.engine.lower().startswith("virtuoso")

    @property
    def cuts_graphs(self) -> bool:
        """Whether it may cut a graph that it gives, and say nothing of it."""
        return self.engine.lower().startswith("virtuoso")

    @property
    def ends_sorting(self) -> bool:
        """Whether it ends, for everybody, over a sort of values of several kinds."""
        return self.engine.lower().startswith("oxigraph")

    def said(self, lang: str, *, dataset: str, update: bool, graph_store: bool) -> list[str]:
        """Say in a language what the engine does for us, and what not; a line for each, `dataset` of its graphs."""
        converted = sorted({*RESULTS, *GRAPHS} - self.faithful - SAME.keys())
        lines = [_say("engine", lang, engine=self.engine or "?"), dataset]
        if converted:
            lines.append(_say("converted", lang, formats=", ".join(converted)))
        if self.wrong:
            lines.append(_say("wrong", lang, features=", ".join(self.wrong)))
        lines.append(_say("writes" if update else "reads", lang))
        if update and not graph_store:
            lines.append(_say("no_graph_store", lang))
        return lines


@cache
def probe(name: str) -> str:
    """Return the text of a probe."""
    return (resources.files(__package__) / "probes" / f"{name}.rq").read_text(encoding="utf-8")


def detect(ask: Ask) -> Abilities:
    """Find out what an engine can do. Raises StoreError where it does not answer at all."""
    said, body, engine = ask(probe("ask"), media_type("json"))
    return Abilities(
        engine=engine,
        union=_union(ask),
        faithful=frozenset([*_tables(ask), *_graphs(ask)]),
        asks=_boolean(said, body),
        lists=_lists(ask),
        wrong=tuple(sorted(name for name in _features() if not _right(ask, f"features/{name}"))),
    )


def same_media_type(said: str, form: str) -> bool:
    """Whether a Content-Type is that of a form."""
    bare_type = said.partition(";")[0].strip().lower()
    return bare_type in (media_type(form), *_ALIASES.get(form, ()))


def media_type(form: str) -> str:
    """Return the media type of a form."""
    return (RESULTS[form].media_type if form in RESULTS else GRAPHS[form].media_type).partition(";")[0]


#: No answer at all, and the statuses of a service that lets nobody in, or not now.
_AWAY = (0, 401, 403, 429, 502, 503, 504)
_ALIASES = {
    "json": ("application/json",),
    "xml": ("application/xml", "text/xml"),
    "nt": ("text/plain",),
    "ttl": ("application/x-turtle", "application/turtle"),
    "rdf": ("application/xml", "text/xml"),
}


def _union(ask: Ask) -> bool | None:
    rows = _rows(ask, probe("sample")) or _rows(ask, probe("sample-values"))
    if not rows:
        return None
    found = _rows(ask, _SLOT.sub(lambda _: " ".join(f"({' '.join(map(str, row))})" for row in rows), probe("default")))
    return len(set(found)) == len(set(rows))


def _lists(ask: Ask) -> bool:
    rows = _rows(ask, probe("listing"))
    return bool(rows) and all(isinstance(graph, ox.NamedNode) for (graph,) in rows)


def _tables(ask: Ask) -> Iterable[str]:
    expected = set(_parsed(ox.Store().query(probe("values"))))
    for form, kind in RESULTS.items():
        said, body, _ = _asked(ask, probe("values"), media_type(form))
        if not same_media_type(said, form):
            continue
        try:
            if form == "csv":
                right = list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))[1:] == _CSV_VALUES
            else:
                right = set(_parsed(ox.parse_query_results(body, kind))) == expected and b"typed-literal" not in body
        except (SyntaxError, UnicodeDecodeError, csv.Error):
            continue
        if right:
            yield form


def _graphs(ask: Ask) -> Iterable[str]:
    expected = set(ox.Store().query(probe("triples")))  # type: ignore[arg-type]  # a CONSTRUCT
    for form, kind in GRAPHS.items():
        if form in SAME:
            continue
        said, body, _ = _asked(ask, probe("triples"), media_type(form))
        if not same_media_type(said, form):
            continue
        try:
            right = {quad.triple for quad in ox.parse(body, format=kind)} == expected
        except SyntaxError:
            continue
        if right:
            yield form


def _boolean(said: str, body: bytes) -> bool:
    try:
        return same_media_type(said, "json") and isinstance(
            ox.parse_query_results(body, ox.QueryResultsFormat.JSON), ox.QueryBoolean
        )
    except SyntaxError:
        return False


def _features() -> list[str]:
    return [file.name.removesuffix(".rq") for file in (resources.files(__package__) / "probes" / "features").iterdir()]


def _right(ask: Ask, name: str) -> bool:
    rows = _rows(ask, probe(name))
    return [tuple(bare(term) in ("true", "1") for term in row) for row in rows] == [(True,)]


def _rows(ask: Ask, text: str) -> list[tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]]:
    for form in ("json", "xml"):
        said, body, _ = _asked(ask, text, media_type(form))
        if same_media_type(said, form):
            try:
                return _parsed(ox.parse_query_results(body, RESULTS[form]))
            except SyntaxError:
                continue
    return []


def _parsed(answer: object) -> list[tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]]:
    if not isinstance(answer, ox.QuerySolutions):
        return []
    width = len(answer.variables)
    return [tuple(row[n] for n in range(width)) for row in answer]


def _asked(ask: Ask, text: str, wanted: str) -> tuple[str, bytes, str]:
    """Ask what an engine may well refuse. Raises StoreError where it is away: that tells nothing of what it can do."""
    try:
        return ask(text, wanted)
    except QueryError:
        return "", b"", ""
    except StoreError as error:
        if error.values.get("status", 0) in _AWAY:
            raise
        return "", b"", ""


def _say(key: str, lang: str, **values: object) -> str:
    return i18n.text(f"store.{key}", lang, **values)
