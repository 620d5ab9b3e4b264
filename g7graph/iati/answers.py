"""What a store answers of a framework, as it is needed to write activities: rows, and what things are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pyoxigraph import Literal

from g7graph import i18n, vocab
from g7graph.sources.iati.record import Link, Texts
from g7graph.store import Store
from g7graph.table import Table, Value, text

_FOLDER = Path(__file__).parent
_HTML = "text/html"
Row = dict[str, Value]


@dataclass(frozen=True)
class Answers:
    """Asks a store the queries of this folder, each once."""

    store: Store
    _asked: dict[str, Table] = field(default_factory=dict)

    def rows(self, name: str) -> list[Row]:
        """Return the rows that a query finds."""
        return self._table(name).records()

    @cached_property
    def organisations(self) -> dict[str, list[Row]]:
        """Who takes part: activity → rows."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows("organisations"):
            found[str(row["activity"])].append(row)
        return found

    @cached_property
    def places(self) -> dict[str, Row]:
        """The places by the last segment of their IRIs, by which figures refer to them; sorted."""
        return {key(str(row["place"])): row for row in self.rows("places")}

    @cached_property
    def details(self) -> dict[str, dict[str, list[str]]]:
        """What things point to: thing → property, by its name → values."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for thing, predicate, value in self._table("details").rows:
            found[text(thing)][vocab.curie(text(predicate)).partition(":")[2]].append(text(value))
        return found

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """What things are called: thing → language → label."""
        return self._texts("texts", lambda predicate: not predicate.endswith("coverage"))

    @cached_property
    def coverage(self) -> dict[str, dict[str, str]]:
        """Where projects work in words: project → language → text."""
        return self._texts("texts", lambda predicate: predicate.endswith("coverage"))

    @cached_property
    def quotes(self) -> dict[str, dict[str, str]]:
        """The words of passages and their translations: passage → language → text."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for passage, _, said in self._table("passages").rows:
            if isinstance(said, Literal):
                found[text(passage)][said.language or i18n.DEFAULT] = said.value
        return found

    @cached_property
    def locators(self) -> dict[str, str]:
        """Where passages stand."""
        return {text(passage): text(locator) for passage, locator, _ in self._table("passages").rows}

    def said(self, thing: str) -> Texts:
        """Return the words of the passages of a thing, by language."""
        found: dict[str, list[str]] = defaultdict(list)
        for passage in self.details[thing]["hadPrimarySource"]:
            for lang, words in self.quotes.get(passage, {}).items():
                found[lang].append(words)
        return {lang: "\n".join(words) for lang, words in found.items()}

    def passages(self, thing: str, category: str) -> tuple[Link, ...]:
        """Return the documents about the passages of a thing."""
        found = self.details[thing]["hadPrimarySource"]
        return tuple(
            Link(document(passage), _HTML, {i18n.DEFAULT: self.locators.get(passage) or key(passage)}, category)
            for passage in found
        )

    def _texts(self, name: str, wanted: Callable[[str], bool]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for thing, predicate, said in self._table(name).rows:
            if isinstance(said, Literal) and wanted(text(predicate)):
                found[text(thing)].setdefault(said.language or i18n.DEFAULT, said.value)
        return found

    def _table(self, name: str) -> Table:
        if name not in self._asked:
            self._asked[name] = self.store.table((_FOLDER / f"{name}.rq").read_text(encoding="utf-8"))
        return self._asked[name]


def document(iri: str) -> str:
    """Return the address of the document about a thing.

    >>> document("https://w3id.org/g7graph/id/passage/fn-5")
    'https://w3id.org/g7graph/doc/passage/fn-5'
    """
    return iri.replace(vocab.THING, vocab.DOCUMENT, 1)


def key(iri: str) -> str:
    """Return the last segment of an IRI.

    >>> key("https://w3id.org/g7graph/id/stage/initial")
    'initial'
    """
    return iri.rpartition("/")[2].rpartition("#")[2]
