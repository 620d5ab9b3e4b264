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

from g7graph.errors import QueryError
from g7graph.store import Answer, Asker, Question
from g7graph.store.abilities import SAME, Abilities, detect, media_type
from g7graph.store.address import Address
from g7graph.store.answers import RESULTS, as_table, as_triples
from g7graph.store.connection import Watch
from g7graph.store.conversion import convert, is_empty, truth
from g7graph.store.dialect import form_of, portable
from g7graph.store.edits import Edited
from g7graph.store.fetching import Fetch
from g7graph.store.heard import HEARD
from g7graph.store.limits import Limits, room
from g7graph.store.listing import SECONDS
from g7graph.store.local import nodes
from g7graph.store.order import keyed
from g7graph.store.remote_dataset import RemoteDataset
from g7graph.store.row_limit import RowLimit
from g7graph.store.spent import SPENT
from g7graph.store.standard import standard
from g7graph.store.update import where_it_was
from g7graph.table import Table, Term

if TYPE_CHECKING:
    from g7graph.store.client import Client
    from g7graph.store.turns import Turns

_TABLES = ("SELECT", "ASK")


class RemoteStore:
    """A SPARQL service that is its own truth; the operator names it, a query never does.

    Its default graph is to be the union of its named graphs (`wants_union`): where the engine has another one, each
    query that names no dataset is sent with the graphs there are, as they were a few seconds ago at most.
    """

    def __init__(self, where: str | Address, *, limits: Limits | None = None, wants_union: bool = True) -> None:
        self.address = where if isinstance(where, Address) else Address.read(where, os.environ)
        self.limits = limits or Limits()
        self.turns: Turns | None = None  # what gives strangers their turns
        self._lock = threading.Lock()
        self._abilities: Abilities | None = None
        self._detected = (0.0, b"")
        self._dataset = RemoteDataset(self._rows, lambda: self.abilities, wants_union=wants_union)
        self._row_limit = RowLimit(self._given)

    @property
    def version(self) -> str:
        """The version that the operator states; none is known otherwise, and answers are not cached."""
        return self.address.version

    @property
    def union(self) -> bool:
        """Whether the default graph is the union of the named graphs, by itself or by what we send."""
        return self._dataset.union

    @property
    def abilities(self) -> Abilities:
        """What the engine can do; found out once, and again while it has no named graph. Raises StoreError."""
        with self._lock:
            when, mark = self._detected
            is_old = time.monotonic() > when + SECONDS or mark != self._dataset.listing.mark
            if self._abilities is None or (self._abilities.union is None and is_old):
                self._detected = (time.monotonic(), self._dataset.listing.mark)
                with self.client.answering():
                    self._abilities = detect(self._probed)
            return self._abilities

    def said(self, lang: str) -> list[str]:
        """Say in a language what the engine does for us, and what not; a line for each. Raises StoreError."""
        address = self.address
        return self.abilities.said(
            lang, dataset=self._dataset.said(lang), update=bool(address.update), graph_store=bool(address.graphs)
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
            self._dataset.listing.forget()
        return out

    def graphs(self) -> list[str]:
        """List the named graphs, sorted, but for those that the engine keeps for itself.

        Whether one is `in` the list is as it is now, where it is not; else as it was a few seconds ago at most.
        """
        return self._dataset.listing.names()

    def size(self) -> int:
        """Return how many statements there are; see `RemoteDataset.size`."""
        return self._dataset.size()

    def sent(self) -> tuple[str, ...] | None:
        """Return the graphs that a question without a dataset of its own is sent with; see `RemoteDataset.sent`."""
        return self._dataset.sent()

    def changed(self) -> None:
        """Forget which graphs there are: there may be others now."""
        self._dataset.listing.changed()

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
        asked = (self.address, self._dataset.wants_union, question)
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
        question = replace(self._dataset.placed(question, asker), text=sent.text)
        boolean = kind == "ASK" and not self.abilities.asks
        source = self.abilities.source("xml" if boolean else form)
        with ExitStack() as opened:
            out = cast(IO[bytes], opened.enter_context(tempfile.TemporaryFile()))
            try:
                got = self._fetch.answer(question, source, asker, out)
            except QueryError as error:
                raise where_it_was(error, sent) from error
            if kind not in _TABLES and self.abilities.cuts_graphs:
                with self._readable():
                    self._row_limit.require_whole(out, got, describes=kind == "DESCRIBE")
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

    def _rows(self, question: Question, asker: Asker | None = None) -> Sequence[Sequence[Term | None]]:
        """Ask as it stands what is to see the engine's own dataset."""
        if asker:
            return self._rows_for(question, asker)
        late = self.client.understanding() if SPENT.left < self.limits.seconds else self.client.answering()
        with late, SPENT.share(self.limits.seconds) as left:
            return self._rows_for(question, Asker(seconds=left))

    def _rows_for(self, question: Question, asker: Asker) -> Sequence[Sequence[Term | None]]:
        source = self.abilities.source("json")
        with tempfile.TemporaryFile() as out, self._readable(), self.client.understanding():
            got = self._fetch.answer(question, source, asker, cast(IO[bytes], out))
            return as_table(ox.parse_query_results(out.read(), format=RESULTS[got])).rows

    def _given(self, text: str) -> None:
        """Have the engine give the rows of a query, which nobody reads. Raises CutShort where it does not give all."""
        with Watch(self.limits.seconds) as watch, self.client.answering():
            self.client.query(text, media_type("csv"), watch).close()

    def _probed(self, text: str, media_type: str) -> tuple[str, bytes, str]:
        with Watch(self.limits.seconds) as watch, self.client.query(text, media_type, watch) as response:
            out = io.BytesIO()
            Fetch(self.client, self.limits).copy(response, out, watch)
            return response.headers.get("Content-Type", ""), out.getvalue(), response.headers.get("Server", "")


def _sent(question: Question) -> Edited:
    """Return the text of a question as it is sent. Raises QueryError for what is not standard, or names no graphs."""
    nodes((*(question.default_graphs or ()), *(question.named_graphs or ())))
    return standard(question.text, updates=False)
