"""Saved queries over HTTP: the list, each one's answer in every format, and its page with a form."""

from __future__ import annotations

import json

from flask import Blueprint, Response
from pyoxigraph import Literal

from g7graph import i18n, run, vocab
from g7graph.citation import FOLDER, Citation
from g7graph.errors import UsageError
from g7graph.queries import Param, SavedQuery, in_language
from g7graph.table import Column
from g7graph.web import answer, asks, charts, formats, rows, runs
from g7graph.web.context import address, elsewhere, language, site
from g7graph.web.names import best
from g7graph.web.negotiate import Format, split_extension
from g7graph.web.refusals import NotAcceptable

blueprint = Blueprint("api", __name__)

SHOWN = 500
MOST_OPTIONS = 400
_ALL = (*formats.TABLES, *formats.GRAPHS, formats.HTML)


@blueprint.get("/api/queries")
def index() -> Response:
    """List the saved queries with their parameters and columns."""
    chosen = answer.negotiated((formats.JSON, formats.HTML))
    queries = list(site().library)
    if chosen is formats.HTML:
        topics = sorted({query.topic for query in queries})
        listed_by = {_heading(one): [q for q in queries if q.topic == one] for one in topics}
        return answer.page("queries.html", topics=listed_by)
    listed = json.dumps([described(query) for query in queries], ensure_ascii=False, indent=1) + "\n"
    return Response(listed, content_type=formats.JSON.media_type, headers={"Content-Language": language()})


def _heading(topic: str) -> str:
    """Return what a topic is called; one that another framework has is called by its folder."""
    key = f"topic_{topic}"
    return i18n.text(f"web.{key}", language()) if key in i18n.catalogue("web") else topic


@blueprint.get("/api/queries/<path:name>")
def query(name: str) -> Response:
    """Answer with a saved query's table or graph, in the format of its extension or `Accept`; browsers get its page."""
    stem, extension = split_extension(name, _ALL)
    bare = stem.rpartition(".")[0]
    is_other = extension is None and stem not in site().library.saved and bare in site().library.saved
    asked = site().library[bare if is_other else stem]
    offered = (*offered_by(asked), formats.HTML)
    if is_other or (extension is not None and extension not in offered):
        raise NotAcceptable(offered)
    return answered(asked, answer.negotiated(offered, extension=extension))


@blueprint.get("/api/runs/<query>/<version>/<edition>/<result>")
def cited(query: str, version: str, edition: str, result: str) -> Response:
    """Answer with a run of a saved query as long as its result is the one that was cited."""
    asked = site().library[query]
    run = Citation.read(f"{FOLDER}{query}/{version}/{edition}/{result}", runs.values(asked))
    stem, extension = split_extension(result, (*offered_by(asked), formats.HTML))
    if extension is None and "." in stem:
        raise NotAcceptable((*offered_by(asked), formats.HTML))
    try:
        return answered(asked, answer.negotiated((*offered_by(asked), formats.HTML), extension=extension), run)
    except UsageError as refusal:
        raise runs.changed_since(run, asked, refusal) or refusal from None


def answered(asked: SavedQuery, chosen: Format, run: Citation | None = None) -> Response:
    """Answer with a run of a query in a format; where it is cited, only as it was."""
    if not answer.is_table(asked):
        triples, now = runs.graph(asked, cited=run)
        response = page(asked, now, run=run) if chosen is formats.HTML else answer.graph(triples, chosen)
    elif chosen is formats.HTML:
        found = runs.tabled(asked, "json", cited=run, usual=SHOWN)
        now = found.told.citation
        response = runs.page_of(page(asked, now, rows.shown(asked, found), run=run), found)
    else:
        found = runs.tabled(asked, chosen.name, cited=run)
        now = found.told.citation
        response = runs.sent(asked, found, chosen)
    if asked.services:  # what they say changes when we do not know
        response.headers["Cache-Control"] = "no-store"
    return runs.cite(response, now, run)


def offered_by(asked: SavedQuery) -> tuple[Format, ...]:
    """Return the formats of a query's answer, pages aside."""
    return formats.TABLES if answer.is_table(asked) else formats.GRAPHS


def page(asked: SavedQuery, now: Citation, found: rows.Shown | None = None, *, run: Citation | None = None) -> Response:
    """Answer with a query's page: what it is, its form, a page of its rows, the downloads, how it is cited."""
    given = runs.values(asked)
    form = [_field(param, given.get(param.name, ""), now) for param in asked.params if param.type != "lang"]
    where = run.path if run else f"api/queries/{asked.name}"
    more = {runs.EXPLAIN: "1"} if found and found.evidence is not None else {}
    downloads = [(one, address(f"{where}.{one.name}", **given, **more)) for one in offered_by(asked)]
    if run:  # its result is that of its language
        elsewhere(f"api/queries/{asked.name}")
    response = answer.page(
        "query.html",
        query=asked,
        form=form,
        rows=found,
        charts=charts.drawn(asked, found.named) if found else [],
        downloads=downloads,
        citation=now,
        cited=run,
        changed=run.changes(now) if run else (),
        cite_as=runs.absolute(run or now),
    )
    return answer.alternates(response, where, offered_by(asked))


def _field(param: Param, given: str, now: Citation) -> tuple[Param, dict[str, str], str, str]:
    """Return a parameter, what it may be, what it is given as, and what it is where it is not given."""
    choice = options(param)
    code = key_of(vocab.expand(given) or "") if given not in choice else ""
    told = now.values.get(param.name, "") if param.default_query and not given else ""
    return param, choice, code if code in choice else given, param.default or key_of(vocab.expand(told) or "")


def options(param: Param) -> dict[str, str]:
    """Return what a parameter may be, key → label; nothing where there are too many to choose from."""
    if param.type != "iri":
        return {}
    return {key_of(iri): label for iri, label in things(param.kind).items()}


def things(kinds: str) -> dict[str, str]:
    """Return the things of some kinds, IRI → label, by key; nothing where there are too many to choose from."""
    known = site().choices.get(site().store.version, dict)
    if kinds not in known:
        known[kinds] = _labels(kinds)
    labels = known[kinds]
    return {iri: best(labels[iri], language()) for iri in sorted(labels, key=lambda iri: natural(key_of(iri)))}


def _labels(kinds: str) -> dict[str, list[Literal]]:
    labels: dict[str, list[Literal]] = {}
    for kind in kinds.split():
        for thing, label in asks.ask(site().store, "options", prefix=[Literal(vocab.thing(kind, ""))]).rows:
            if thing is not None and isinstance(label, Literal):
                labels.setdefault(thing.value, []).append(label)
    return labels if len(labels) <= MOST_OPTIONS else {}


def key_of(iri: str) -> str:
    """Return the key of a thing among those of its kind.

    >>> key_of("https://w3id.org/g7graph/id/indicator/4.4")
    '4.4'
    """
    return iri.removeprefix(vocab.THING).partition("/")[2]


def described(asked: SavedQuery) -> dict[str, object]:
    """Describe a saved query as the list does."""
    lang = language()
    return {
        "name": asked.name,
        "topic": asked.topic,
        "summary": in_language(asked.summary, lang),
        "description": in_language(asked.description, lang),
        "iri": vocab.QUERY + asked.name,
        "url": address(f"api/queries/{asked.name}"),
        "formats": [one.name for one in offered_by(asked)],
        "params": [_param(param, lang) for param in asked.params],
        "columns": [_column(column) for column in asked.columns],
        "explained": asked.explain is not None,
        "services": list(asked.services),
        "example": run.example(site().store, asked),
    }


def _column(column: Column) -> dict[str, str]:
    scheme = column.scheme and vocab.THING + column.scheme
    said = {"name": column.name, "type": column.type, "unit": column.unit, "scheme": scheme}
    return {name: value for name, value in said.items() if value}


def _param(param: Param, lang: str) -> dict[str, object]:
    known = {"name": param.name, "type": param.type, "kind": param.kind, "default": param.default}
    if param.type == "lang":
        known["default"] = i18n.DEFAULT
    return {**{name: value for name, value in known.items() if value}, "label": in_language(param.label, lang)}


def natural(key: str) -> tuple[bool, int, str]:
    """Return what sorts keys so that 2 comes before 10."""
    return not key.isdecimal(), int(key) if key.isdecimal() else 0, key
