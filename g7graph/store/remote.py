"""A remote store: any SPARQL 1.1 service, asked through SPARQLWrapper and passed on as it answers."""

from __future__ import annotations

import io
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox

from g7graph import i18n
from g7graph.errors import QueryError
from g7graph.store import Answer, Asker, Question, guard
from g7graph.store.abilities import SAME, Abilities, detect, probe
from g7graph.store.address import Address
from g7graph.store.answers import RESULTS, as_table, as_triples
from g7graph.store.connection import Watch
from g7graph.store.conversion import convert, is_empty, truth
from g7graph.store.dialect import form_of, portable
from g7graph.store.edits import Edited
from g7graph.store.fetching import Fetch
from g7graph.store.heard import HEARD
from g7graph.store.limits import Limits, room
from g7graph.store.listing import SECONDS, Listing
from g7graph.store.local import nodes
from g7graph.store.order import keyed
from g7graph.store.spent import SPENT
from g7graph.store.standard import standard
from g7graph.store.update import where_it_was
from g7graph.table import Table, Term, python

if TYPE_CHECKING:
    from g7graph.store.client import Client
    from g7graph.store.turns import Turns

_TABLES = ("SELECT", "ASK")
_MOST_GRAPHS = 2_000


class RemoteStore:
    """A SPARQL service that is its own truth; the operator names it, a query never does.

    Its default graph is to be the union of its named graphs (`wants_union`): where the engine has another one, each
    query that names no dataset is sent with the graphs there are, as they were a few seconds ago at most.
    """

    def __init__(self, where: str | Address, *, limits: Limits | None = None, wants_union: bool = True) -> None:
        self.address = where if isinstance(where, Address) else Address.read(where, os.environ)
        self.limits = limits or Limits()
        self.turns: Turns | None = None  # what gives strangers their turns
        self._wants_union = wants_union
        self._lock = threading.Lock()
        self._abilities: Abilities | None = None
        self._detected = (0.0, b"")
        self._listing = Listing(self._asked_for_graphs)

    @property
    def version(self) -> str:
        """The version that the operator states; none is known otherwise, and answers are not cached."""
        return self.address.version

    @property
    def union(self) -> bool:
        """Whether the default graph is the union of the named graphs, by itself or by what we send."""
        return self._wants_union and (self.abilities.union is True or bool(self.sent()))

    @property
    def abilities(self) -> Abilities:
        """What the engine can do; found out once, and again while it has no named graph. Raises StoreError."""
        with self._lock:
            when, mark = self._detected
            is_old = time.monotonic() > when + SECONDS or mark != self._listing.mark
            if self._abilities is None or (self._abilities.union is None and is_old):
                self._detected = (time.monotonic(), self._listing.mark)
                with self.client.answering():
                    self._abilities = detect(self._probed)
            return self._abilities

    def said(self, lang: str) -> list[str]:
        """Say in a language what the engine does for us, and what not; a line for each. Raises StoreError."""
        address = self.address
        return self.abilities.said(
            lang, dataset=self._dataset(lang), update=bool(address.update), graph_store=bool(address.graphs)
        )

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Send a query of ours; see `Engine.query`. Raises StoreError where the service does not answer, or not it."""
        default = None if default_graphs is None else tuple(default_graphs)
        named = None if named_graphs is None else tuple(named_graphs)
        form = "json" if form_of(text) in _TABLES else "nt"
        body = self._heard(Question(portable(text), default, named), form)
        with self._readable():
            if form == "json":
                return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
            graph = ox.Store()
            graph.load(body, format=ox.RdfFormat.N_TRIPLES)
            return graph.query("CONSTRUCT WHERE { ?s ?p ?o }")

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table."""
        with self._readable():
            return as_table(self.query(text))

    def triples(self, text: str) -> list[ox.Triple]:
        """Evaluate CONSTRUCT or DESCRIBE into a list."""
        return as_triples(self.query(text))

    def answer(self, question: Question, form: str, asker: Asker) -> IO[bytes]:
        """Answer a stranger's question; see `Service.answer`. It is asked as it was put.

        An answer without a statement may be about a graph that was dropped: which there are is then listed again.
        """
        with self.turns.of(asker.client, asker.gone) if self.turns else nullcontext(), room():
            sent = _sent(question)
            if self.abilities.ends_sorting:
                sent = replace(sent, edits=(*sent.edits, *keyed(sent.original)))
            out = self._answered(question, form, asker, sent)
        if is_empty(out, form):
            self._listing.forget()
        return out

    def graphs(self) -> list[str]:
        """List the named graphs, sorted, but for those that the engine keeps for itself.

        Whether one is `in` the list is as it is now, where it is not; else as it was a few seconds ago at most.
        """
        return self._listing.names()

    def size(self) -> int:
        """Return how many statements the default graph and the named ones have, but for those the engine keeps itself.

        A default graph that is the union has all; where the engine counts once what several graphs say, it may be less.
        """
        graphs, others = self._listing.get()
        among = tuple(graphs) if others and len(graphs) <= _MOST_GRAPHS else None
        named = self._counted("named-statements", among) if graphs else 0
        if self.abilities.union and others:
            return named
        default = self._counted("statements")
        return max(default, named) if self.abilities.union else default + named

    def sent(self) -> tuple[str, ...] | None:
        """Return the graphs that a question without a dataset of its own is sent with; None where none are wanted.

        There are none where the engine's default graph has them all and no others, or they are too many.
        """
        if not self._wants_union:
            return None
        graphs, others = self._listing.get()
        if (self.abilities.union and not others) or len(graphs) > _MOST_GRAPHS:
            return ()
        return tuple(graphs)

    def changed(self) -> None:
        """Forget which graphs there are: there may be others now."""
        self._listing.changed()

    @cached_property
    def client(self) -> Client:
        """What sends requests."""
        from g7graph.store.client import Client

        return Client(self.address)

    @property
    def _fetch(self) -> Fetch:
        return Fetch(self.client, self.limits, tells_time=self.abilities.takes_milliseconds)

    def _heard(self, question: Question, form: str) -> bytes:
        """Return the answer to a question of our own: what was heard in this request, or is asked now."""
        asked = (self.address, self._wants_union, question)
        body = HEARD.get(asked)
        if body is None:
            sent = _sent(question)
            with (
                self.client.understanding(),
                SPENT.share(self.limits.seconds) as left,
                self._answered(question, form, Asker(seconds=left), sent) as out,
            ):
                body = out.read()
            HEARD.put(asked, body)
        return body

    def _answered(self, question: Question, form: str, asker: Asker, sent: Edited) -> IO[bytes]:
        """Have a question, whose text is `sent`, answered in a form, in a file."""
        kind = form_of(question.text)
        if (form in RESULTS) != (kind in _TABLES):
            raise QueryError("no_table" if form in RESULTS else "no_graph")
        question = replace(self._placed(question), text=sent.text)
        boolean = kind == "ASK" and not self.abilities.asks
        source = self.abilities.source("xml" if boolean else form)
        with ExitStack() as opened:
            out = cast(IO[bytes], opened.enter_context(tempfile.TemporaryFile()))
            try:
                got = self._fetch.answer(question, source, asker, out)
            except QueryError as error:
                raise where_it_was(error, sent) from error
            if boolean or not (got == form or SAME.get(form) == got):
                converted = cast(IO[bytes], opened.enter_context(tempfile.TemporaryFile()))
                self._converted(out, got, form, converted, boolean=boolean)
                out.close()
                out = converted
            opened.pop_all()  # who asked closes it
            return out

    def _converted(self, source: IO[bytes], got: str, form: str, out: IO[bytes], *, boolean: bool) -> None:
        with self._readable():
            if boolean:
                truth(source, got, form, out)
            else:
                convert(source, got, form, out, self.limits)
        out.seek(0)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Tell of an answer that is not in the format that it is said to be."""
        try:
            yield
        except SyntaxError as error:
            raise self.client.unexpected(error) from error

    def _placed(self, question: Question) -> Question:
        """Give a question without a dataset of its own the union of the graphs, where the engine does not."""
        given = question.default_graphs is not None or question.named_graphs is not None
        graphs = None if given or guard.names_dataset(question.text) else self.sent()
        if graphs is None:
            return question
        names = any(word == "GRAPH" for word, _ in guard.words(question.text))
        return replace(question, default_graphs=graphs, named_graphs=graphs if names else ())

    def _dataset(self, lang: str) -> str:
        """Say which graphs queries see that name none."""
        count = len(self._listing.get().names)
        if self.abilities.union:
            return i18n.text("store.union_own", lang)
        if not self._wants_union:
            return i18n.text("store.union_unwanted", lang, count=count)
        key = "union_none" if not count else "union_sent" if count <= _MOST_GRAPHS else "union_many"
        return i18n.text(f"store.{key}", lang, limit=_MOST_GRAPHS)

    def _asked_for_graphs(self) -> Iterator[str]:
        with self.client.answering():
            rows = self._rows(Question(probe("listing" if self.abilities.lists else "graphs")))
        return (graph.value for (graph,) in rows if isinstance(graph, ox.NamedNode))

    def _counted(self, name: str, among: tuple[str, ...] | None = None) -> int:
        ((count,),) = self._rows(Question(probe(name), named_graphs=among))
        return int(str(python(count)))

    def _rows(self, question: Question) -> Sequence[Sequence[Term | None]]:
        """Ask as it stands what is to see the engine's own dataset."""
        with tempfile.TemporaryFile() as out, self._readable(), self.client.understanding():
            got = self._fetch.answer(question, self.abilities.source("json"), Asker(), cast(IO[bytes], out))
            return as_table(ox.parse_query_results(out.read(), format=RESULTS[got])).rows

    def _probed(self, text: str, media_type: str) -> tuple[str, bytes, str]:
        with Watch(self.limits.seconds) as watch, self.client.query(text, media_type, watch) as response:
            out = io.BytesIO()
            Fetch(self.client, self.limits).copy(response, out, watch)
            return response.headers.get("Content-Type", ""), out.getvalue(), response.headers.get("Server", "")


def _sent(question: Question) -> Edited:
    """Return the text of a question as it is sent. Raises QueryError for what is not standard, or names no graphs."""
    nodes((*(question.default_graphs or ()), *(question.named_graphs or ())))
    return standard(question.text, updates=False)
