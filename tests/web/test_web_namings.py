"""What things are called is read once for all that is asked of, and not kept for ever."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad

from g7graph import vocab
from g7graph.store.local import LocalStore
from g7graph.web.namings import Naming, Namings

THINGS = [NamedNode(vocab.thing("result", str(number))) for number in range(1, 5)]
LABEL, TYPE = NamedNode(vocab.STANDARD["rdfs"] + "label"), NamedNode(vocab.RDF_TYPE)


class Asked:
    """A store that remembers what it was asked for, each time."""

    def __init__(self) -> None:
        store = ox.Store()
        store.extend(Quad(thing, LABEL, Literal(f"Result {thing.value[-1]}")) for thing in THINGS[:3])
        store.add(Quad(THINGS[0], TYPE, NamedNode(vocab.G7 + "Result")))
        self._store = LocalStore(store, version="1")
        self.asked: list[list[NamedNode]] = []

    def statements(self, subjects: Sequence[NamedNode], properties: Sequence[NamedNode] = ()) -> list[Quad]:
        self.asked.append(list(subjects))
        return self._store.statements(subjects, properties)


def called(found: list[Naming]) -> list[str]:
    return [label for label, _ in (one.chosen("es") for one in found) if label]


def test_only_what_is_not_known_yet_is_read_and_all_of_it_at_once() -> None:
    store, namings = Asked(), Namings()
    assert called(namings.of(store, THINGS[:2])) == ["Result 1", "Result 2"]
    assert called(namings.of(store, THINGS)) == ["Result 1", "Result 2", "Result 3"]
    assert called(namings.of(store, THINGS)) == ["Result 1", "Result 2", "Result 3"]
    assert store.asked == [THINGS[:2], THINGS[2:], []]  # what has no name is known to have none


def test_what_was_mentioned_longest_ago_is_forgotten_and_read_again() -> None:
    store, namings = Asked(), Namings(most=2)
    namings.of(store, THINGS[:2])
    namings.of(store, THINGS[:1])
    namings.of(store, THINGS[2:3])
    store.asked.clear()
    assert called(namings.of(store, THINGS[:3])) == ["Result 1", "Result 2", "Result 3"]
    assert store.asked == [[THINGS[1]]]


def test_a_name_is_chosen_for_each_language_and_the_code_that_people_cite() -> None:
    indicator = NamedNode(vocab.thing("indicator", "4.4"))
    label, code = NamedNode(vocab.STANDARD["skos"] + "prefLabel"), NamedNode(vocab.STANDARD["skos"] + "notation")
    said = [
        Quad(indicator, label, Literal("Ordenanzas", language="es")),
        Quad(indicator, label, Literal("Ordinances", language="en")),
        Quad(indicator, code, Literal("4.4")),
    ]
    naming = Naming(indicator, said)
    assert [naming.chosen(lang) for lang in ("en", "fr", "es", "en")] == [
        ("Ordinances", "4.4"),
        ("Ordenanzas", "4.4"),
        ("Ordenanzas", "4.4"),
        ("Ordinances", "4.4"),
    ]
    assert Naming(THINGS[0]).chosen("en") == ("", "")
