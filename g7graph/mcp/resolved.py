"""Which thing somebody means, by its IRI, a prefixed name, its code or its label, and what is said of it."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from g7graph import vocab
from g7graph.web import search
from g7graph.web.asks import ask
from g7graph.web.context import language, site
from g7graph.web.describe import Thing, shown
from g7graph.web.description import PARTS, About, Parts
from g7graph.web.documents import described
from g7graph.web.refusals import Refused, UnknownPage, UnknownThing


def resolved(thing: str) -> NamedNode:
    """Return the thing. Raises UnknownThing with the nearest, Refused where several are called so."""
    iri = thing if "://" in thing else vocab.expand(thing) if " " not in thing else None
    if iri:
        node = _node(iri)
        if node and len(ask(site().store, "thing", thing=[node])):
            return node
        raise UnknownThing(thing, _keys(iri))
    hits = search.found(thing).hits
    exact = [hit for hit in hits if hit.is_exact]
    if len(exact) > 1:
        raise Refused("several_things", thing=thing, things=", ".join(map(_told, exact)))
    if not exact:
        raise UnknownThing(thing, map(_told, hits))
    return NamedNode(exact[0].thing.iri)


def told(thing: NamedNode, number: int) -> tuple[Thing, About]:
    """Read what a page says of a thing, and how much points to it.

    Raises UnknownPage.
    """
    about, parts = described(site(), thing.value, number, PARTS, language())
    if number > about.pages:
        raise UnknownPage(str(number), about.pages)
    assert isinstance(parts, Parts)  # noqa: S101 - it is known
    return shown(parts, thing.value), about


def _keys(iri: str) -> list[str]:
    """Return the prefixed names of the things of an IRI's kind."""
    kind = iri.removeprefix(vocab.THING).partition("/")[0] if iri.startswith(vocab.THING) else ""
    rows = ask(site().store, "options", prefix=[Literal(vocab.thing(kind, ""))]).rows if kind else ()
    return [vocab.curie(thing.value) for thing, _ in rows if thing is not None]


def _node(iri: str) -> NamedNode | None:
    """Return what an IRI names; None of what is no IRI, which names nothing."""
    try:
        return NamedNode(iri)
    except ValueError:
        return None


def _told(hit: search.Hit) -> str:
    return f"{vocab.curie(hit.thing.iri)} ({hit.thing.text})"
