"""What things are called: the label in the language of the reader, the code, else kind and key or prefixed name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad

from g7graph import i18n, vocab
from g7graph.store import Store
from g7graph.web.asks import ask

#: Kinds whose notation is what people cite.
_CITED = ("indicator", "discrepancy", "dialogue-case", "requirement")
#: Properties that say what a thing is called.
NAMING = (
    *(vocab.STANDARD["rdfs"] + "label", vocab.STANDARD["skos"] + "prefLabel", vocab.STANDARD["dcterms"] + "title"),
    *(vocab.STANDARD["foaf"] + "name", vocab.G7 + "locator"),
)
#: Those of them that every program knows as a label.
_LABELS = frozenset(NAMING[:2])
_NAMES = frozenset(NAMING)
_LABEL = NamedNode(NAMING[0])
#: The property that says by which code it is cited.
NOTATION = vocab.STANDARD["skos"] + "notation"
#: All of them.
TELLING = frozenset((*NAMING, NOTATION))
_PIECE = 500
#: Things whose labels are kept once they are made.
_KEPT = 5_000
_UNTOLD = ("", "")


class Name(NamedTuple):
    """What a thing is called and, for those that people cite by it, its code."""

    label: str
    code: str = ""


class Labels:
    """The names of things as they are learnt, for readers of one language."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._labels: dict[str, list[Literal]] = {}
        self._codes: dict[str, str] = {}
        self._known: dict[str, Name] = {}
        self._told: Mapping[str, Sequence[str]] = {}

    def learn(self, thing: object, property_: str, value: object) -> None:
        """Learn from a statement, if it says what something is called or is cited by."""
        if property_ not in TELLING or not isinstance(thing, NamedNode) or not isinstance(value, Literal):
            return
        if property_ == NOTATION:
            self.cite(thing, value)
        else:
            self.add(thing, value)

    def told(self, names: Mapping[str, Sequence[str]]) -> None:
        """Take the names of things that were chosen for the same readers: thing → label and code, empty without."""
        self._told = names

    def add(self, thing: NamedNode, label: Literal) -> None:
        """Add a name of a thing."""
        self._labels.setdefault(thing.value, []).append(label)
        self._known.pop(thing.value, None)

    def cite(self, thing: NamedNode, code: Literal) -> None:
        """Add the code of a thing, if that is what people cite."""
        if _kind(thing.value) in _CITED:
            self._codes[thing.value] = max(code.value, self._codes.get(thing.value, ""))
            self._known.pop(thing.value, None)

    def __getitem__(self, iri: str) -> Name:
        """Return the name of a thing; its prefixed name where nobody gave it one."""
        found = self._known.get(iri)
        if found is None:
            labels = self._labels.get(iri)
            told, code = self._told.get(iri, _UNTOLD)
            label = best(labels, self._lang) if labels else told or known(iri, self._lang)
            found = self._known[iri] = Name(label, self._codes.get(iri) or code)
        return found

    def __contains__(self, iri: str) -> bool:
        """Whether somebody gave the thing a name."""
        return iri in self._labels or bool(self._told.get(iri, _UNTOLD)[0])


class Names(Labels):
    """The names of some things, read from the store at once."""

    def __init__(self, store: Store, things: Iterable[object], lang: str) -> None:
        super().__init__(lang)
        wanted = sorted({thing for thing in things if isinstance(thing, NamedNode)}, key=str)
        for start in range(0, len(wanted), _PIECE):
            self._read(store, wanted[start : start + _PIECE])

    def _read(self, store: Store, things: Sequence[NamedNode]) -> None:
        for thing, label, code in ask(store, "names", thing=things).rows:
            if isinstance(thing, NamedNode) and isinstance(label, Literal):
                self.add(thing, label)
            if isinstance(thing, NamedNode) and isinstance(code, Literal):
                self.cite(thing, code)


def best(labels: Sequence[Literal], lang: str) -> str:
    """Return the label in a language, else in Spanish, without language, in any.

    >>> best([Literal("Eje", language="es"), Literal("Axis", language="en")], "fr")
    'Eje'
    """
    if len(labels) == 1:
        return labels[0].value
    order = [lang, i18n.DEFAULT, None]
    return min(labels, key=lambda one: (_place(order, one.language), one.language or "", one.value)).value


def known(iri: str, lang: str) -> str:
    """Return our own words for what nobody gave a name: a term of other people's vocabularies, a thing by kind and key.

    >>> known(vocab.thing("measurement", "4.4-plan-target"), "en")
    'Measurement 4.4-plan-target'
    """
    words = i18n.catalogue("web")
    kind, key = _parted(iri)
    if f"kind_{kind}" in words:
        return f"{_said(words[f'kind_{kind}'], lang)} {key}"
    curie = vocab.curie(iri)
    message = words.get(_term(curie))
    return _said(message, lang) if message else curie


def unlabelled(mentioned: Iterable[object], said: Iterable[Quad]) -> Iterator[Quad]:
    """Yield labels, in no graph, for what is mentioned and has none in what is said: what pages call it."""
    named: dict[object, list[Literal]] = {}
    labelled = set()
    for quad in said:
        name = quad.predicate.value
        if name not in _NAMES:
            continue
        if name in _LABELS:
            labelled.add(quad.subject)
        elif isinstance(quad.object, Literal):
            named.setdefault(quad.subject, []).append(quad.object)
    for thing in mentioned:
        if isinstance(thing, NamedNode) and thing not in labelled:
            names = named.get(thing)
            yield from _labels(thing, names) if names else _made(thing.value)


def _labels(thing: NamedNode, names: list[Literal]) -> Sequence[Quad]:
    """Return the names of a thing as its labels, with its kind in every language where they are in none."""
    if names[0].language or f"kind_{_kind(thing.value)}" not in i18n.catalogue("web"):
        return [Quad(thing, _LABEL, name) for name in names]
    return _of_kind(thing.value, best(names, i18n.DEFAULT))


@lru_cache(maxsize=_KEPT)  # a document takes in up to some hundred passages
def _of_kind(iri: str, name: str) -> Sequence[Quad]:
    """Return labels in every language of what has a name in none: its kind and that name."""
    words = i18n.catalogue("web")
    called, form = words[f"kind_{_kind(iri)}"], words["name_of_kind"]
    return _in_each(iri, {lang: form[lang].format(kind=called[lang], name=name) for lang in i18n.LANGUAGES})


@lru_cache(maxsize=_KEPT)  # what many things mention
def _made(iri: str) -> Sequence[Quad]:
    """Return labels in every language for what has no name, as far as there are any."""
    words = i18n.catalogue("web")
    kind, key = _parted(iri)
    called = words.get(f"kind_{kind}")
    if called is not None:
        return _in_each(iri, {lang: f"{called[lang]} {key}" for lang in i18n.LANGUAGES})
    return _in_each(iri, {} if iri.startswith(vocab.BASE) else words.get(_term(vocab.curie(iri)), {}))


def _in_each(iri: str, labels: Mapping[str, str]) -> Sequence[Quad]:
    return [Quad(NamedNode(iri), _LABEL, Literal(label, language=lang)) for lang, label in labels.items()]


def _term(curie: str) -> str:
    return "term_" + curie.replace(":", "_")


def _said(message: Mapping[str, str], lang: str) -> str:
    return message.get(lang, message[i18n.DEFAULT])


def _place(order: Sequence[str | None], language: str | None) -> int:
    short = language.partition("-")[0] if language else None
    return order.index(short) if short in order else len(order)


def _kind(iri: str) -> str:
    return _parted(iri)[0]


def _parted(iri: str) -> tuple[str, str]:
    """Part the IRI of a thing into its kind and its key."""
    kind, _, key = iri.removeprefix(vocab.THING).partition("/")
    return kind, key
