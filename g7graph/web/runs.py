"""Runs of saved queries: what is asked of one, its answer, its pages, the address by which it is cited."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import IO, cast

import pyoxigraph as ox
from flask import Response, request

from g7graph import citation, exports, result, run
from g7graph.citation import Citation
from g7graph.errors import BadParameter, UsageError
from g7graph.queries import SavedQuery
from g7graph.result import Run, Runner, Told, Wanted
from g7graph.store import Engine, Question, call
from g7graph.store.pooled import PooledStore
from g7graph.table import Table
from g7graph.web import answer, paging
from g7graph.web.context import language, site
from g7graph.web.negotiate import Format
from g7graph.web.paging import Page
from g7graph.web.refusals import Changed, Elsewhere
from g7graph.web.visitor import visiting
from g7graph.web.work import note, noted

EXPLAIN = "explain"
TOTAL = "X-Total-Count"
_YES_OR_NO = ("0", "1")


@dataclass(frozen=True)
class Ran:
    """The answer of a query that gives a table: its file, what is told beside it, which page it is.

    The file is `whole` where it is left to who shows the page to take its rows out.
    """

    file: IO[bytes]
    told: Told
    page: Page
    whole: bool = False

    @property
    def table(self) -> Table:
        """The rows of a page of an answer in JSON."""
        with self.file:
            return result.cut(self.file, *((self.page.first, self.page.size) if self.whole else ()))


def tabled(asked: SavedQuery, form: str, *, cited: Citation | None = None, usual: int | None = None) -> Ran:
    """Run a query that gives a table, as the request says; a page has `usual` many rows where it does not.

    Raises BadParameter for values that are not taken, Elsewhere for a page that there is not, or a run that is not as
    it was cited.
    """
    page = paging.asked(asked, usual=usual)
    explained = is_explained(asked)
    shown = usual is not None and not explained  # on a page of the site: a worker that took rows out would grow
    wanted = Wanted(form) if shown else Wanted(form, page.first, page.size, explained)
    out = answered(asked, wanted, values(asked))
    told = noted(out)
    if told.rows is None and shown:
        told = replace(told, rows=result.count(out))
        out.seek(0)
    try:
        if cited:
            refuse_other(cited, told.citation)
        if told.rows is not None:
            paging.links(page, told.rows)
    except Elsewhere:
        out.close()
        raise
    return Ran(out, told, page, shown)


def beginning(asked: SavedQuery, most: int, given: Mapping[str, str]) -> tuple[Table, int]:
    """Run a query that gives a table; return its first rows, typed, and how many it has. Raises as `Runner.give`."""
    with answered(asked, Wanted("json", most=most), given) as out:
        told = noted(out)
        return run.typed(result.table_of(out.read()), asked), told.rows or 0


def today(asked: SavedQuery) -> Citation:
    """Return how a query that gives a table is cited when it is run now, all its parameters as they are by default."""
    out = answered(asked, Wanted("json"), {})
    with out:
        return noted(out).citation


def graph(asked: SavedQuery, *, cited: Citation | None = None) -> tuple[list[ox.Triple], Citation]:
    """Run a query that gives a graph; return its triples and how it is cited. Raises as `tabled`."""
    store, library = site().store, site().library
    given = run.terms(store, asked, values(asked), lang=language())
    text = run.filled(asked.text, {name: [term] for name, term in given.items()})
    if asked.services:
        with store.answer(Question(text), "nt", visiting(request.environ)) as out:
            triples = [quad.triple for quad in ox.parse(out.read(), format=ox.RdfFormat.N_TRIPLES)]
    else:
        triples = store.triples(text)
    terms = {**given, **run.defaults(store, library, asked, given)}
    now = citation.cited(store, asked, terms, result.hash_of_graph(triples))
    if cited:
        refuse_other(cited, now)
    return triples, now


def changed_since(cited: Citation, asked: SavedQuery, refusal: UsageError) -> Changed | None:
    """Return what tells that a value was taken when a run was cited and is not any more.

    None for what is refused for another reason, or where nothing changed. Workers send the bare error.
    """
    parameter = refusal.values.get("parameter")
    if refusal.key == "repeated_parameter" or parameter in (None, paging.PAGE, paging.SIZE, EXPLAIN):
        return None
    now = Citation(asked.name, asked.version, citation.edition(site().store), cited.result)
    changed = cited.changes(now)
    return Changed(changed, request.root_url + f"api/queries/{asked.name}") if changed else None


def values(asked: SavedQuery) -> dict[str, str]:
    """Return the parameters that the request gives a query: those left empty in a form are not given.

    `format`, `lang`, pages and explanations are everybody's; a query takes them as its own only where its header says
    so. Raises BadParameter for one given more than once.
    """
    given: dict[str, str] = {}
    for name, value in request.args.items(multi=True):
        if value and given.setdefault(name, value) != value:
            raise BadParameter("repeated_parameter", query=asked.name, parameter=name, value=value)
    ours = ("format", "lang", *((paging.PAGE, paging.SIZE, EXPLAIN) if answer.is_table(asked) else ()))
    return {name: value for name, value in given.items() if name not in ours or asked.param(name) is not None}


def is_explained(asked: SavedQuery) -> bool:
    """Whether the request wants the rows explained. Raises BadParameter for a value that is neither 0 nor 1."""
    given = "" if asked.param(EXPLAIN) else request.args.get(EXPLAIN, "")
    if given not in ("", *_YES_OR_NO):
        raise BadParameter("bad_value", query=asked.name, parameter=EXPLAIN, value=given, known=_YES_OR_NO)
    return given == "1"


def refuse_other(cited: Citation, now: Citation) -> None:
    """Raise Changed where the result is not the one that was cited."""
    changed = cited.changes(now)
    if "result" in changed:
        causes = [one for one in changed if one != "result"] or ["program"]
        raise Changed(causes, absolute(now))


def cite(response: Response, now: Citation, cited: Citation | None = None) -> Response:
    """Say in the headers of an answer by which address it is cited (RFC 8574), and that of today, if it is another."""
    response.headers.add("Link", f'<{absolute(cited or now)}>; rel="cite-as"')
    if cited and cited.changes(now):
        response.headers.add("Link", f'<{absolute(now)}>; rel="latest-version"')
    return response


def page_of(response: Response, ran: Ran) -> Response:
    """Say in the headers of an answer which page it is of how many rows, where it is one."""
    if ran.told.rows is not None and ran.page.size:
        response.headers[TOTAL] = str(ran.told.rows)
        response.headers.add("Link", paging.header(paging.links(ran.page, ran.told.rows)))
    return response


def sent(asked: SavedQuery, ran: Ran, chosen: Format) -> Response:
    """Answer with the file of a run; what is to be saved has a name."""
    form = exports.TABLES[chosen.name]
    response = answer.file(ran.file, chosen)
    response.headers["Content-Language"] = language()
    if form.binary or chosen.name in ("csv", "tsv"):
        kind = "attachment" if form.binary else "inline"
        response.headers["Content-Disposition"] = f'{kind}; filename="{asked.name}.{form.extension}"'
    return page_of(response, ran)


def absolute(cited: Citation) -> str:
    """Return the whole address of a run on this deployment."""
    return request.root_url + cited.address


def answered(asked: SavedQuery, wanted: Wanted, given: Mapping[str, str]) -> IO[bytes]:
    """Have a query that gives a table answered; behind the answer is what `noted` reads. Raises as `Runner.give`."""
    store = site().store
    if isinstance(store, PooledStore):
        job = {"query": asked.name, "values": given, "lang": language(), "wanted": asdict(wanted)}
        return store.asked(job, asked.text, visiting(request.environ)) if asked.services else store.pool.run(job)
    with ExitStack() as opened:
        out = opened.enter_context(call.in_memory())
        engine = cast(Engine, store)  # a remote one, which is asked here
        note(Runner(engine, site().library).give(Run(asked, given, language()), wanted, out), out)
        opened.pop_all()  # who asked closes it
        return out
