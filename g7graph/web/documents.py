"""Documents about things: described here where the data are at hand, else by a worker, or of what a remote says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import starmap
from typing import cast
from urllib.parse import quote

from pyoxigraph import DefaultGraph, NamedNode, Quad

from g7graph import exports
from g7graph.store import Service
from g7graph.store.pooled import PooledStore
from g7graph.table import Table
from g7graph.web.asks import ask
from g7graph.web.context import Site
from g7graph.web.description import About, Describer, Parts, read
from g7graph.web.work import Trusted

_PIECE = 500  # things in one question
_ASCII = "\x7f"
#: What a path may hold as it is, beside letters and digits (RFC 3986 §3.3).
IN_PATHS = "-._~/!$&'()*+,;=:@"


def described(site: Site, iri: str, number: int, form: str, lang: str) -> tuple[About, Parts | bytes]:
    """Return what the headers of a document tell, and the description of a thing with a page of what points to it.

    The form is that of a graph, or PARTS for readers of a language; of what is unknown there is nothing.
    """
    with _here(site) as describer:
        if describer:
            return describer.describe(iri, number, form, lang)
    return read(_told(site, {"describe": iri, "page": number, "form": form, "lang": lang}), form)


def coded(site: Site, scheme: str) -> bytes:
    """Return what is said of a code list and its codes, as `Describer.coded`."""
    with _here(site) as describer:
        if describer:
            return describer.coded(scheme)
    return _told(site, {"codes": scheme})


@contextmanager
def _here(site: Site) -> Iterator[Describer | None]:
    """Give what describes things in this process; None where a worker does."""
    store = site.store
    if not isinstance(store, PooledStore):
        yield Describer(Remote(store))
        return
    with store.near() as near:
        yield site.describer.get(near.version, lambda: Describer(Trusted(near))) if near else None


def _told(site: Site, job: Mapping[str, object]) -> bytes:
    with cast(PooledStore, site.store).pool.run(job) as out:
        return out.read()


def spellings(key: str) -> list[str]:
    """Return how the key of an address may end an IRI: with escapes, or with all that an IRI can hold as it is.

    An address does not tell these apart, once it is decoded (RFC 3986 §2.2, RFC 3987 §3.1).

    >>> spellings("indicator/4.4"), spellings("indicator/x(ñ) 1")
    (['indicator/4.4'], ['indicator/x%28%C3%B1%29%201', 'indicator/x(ñ)%201'])
    """
    bare = "".join(letter if letter > _ASCII and letter.isalnum() else quote(letter, safe=IN_PATHS) for letter in key)
    return [*dict.fromkeys((quote(key, safe="-._~/"), bare))]


@dataclass(frozen=True)
class Remote:
    """A store elsewhere, whose TSV is not always that of the standard: ours is written from what it says."""

    store: Service

    @property
    def union(self) -> bool:
        """Whether the default graph is the union of the named graphs."""
        return self.store.union

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table."""
        return self.store.table(text)

    def tsv(self, text: str) -> bytes:
        """Evaluate SELECT into SPARQL 1.1 TSV."""
        return exports.TABLES["tsv"].write(self.store.table(text))

    def statements(self, subjects: Sequence[NamedNode], properties: Sequence[NamedNode] = ()) -> list[Quad]:
        """Return the statements of some subjects in every graph; of some properties only, where they are given."""
        found: list[Quad] = []
        slots = {"property": properties} if properties else {}
        for start in range(0, len(subjects), _PIECE):
            for name in ("statements",) if self.union else ("statements", "statements-default"):
                rows = ask(self, name, subject=subjects[start : start + _PIECE], **slots).rows
                found += starmap(_quad, rows)
        return found


def _quad(subject: object, property_: object, value: object, graph: object) -> Quad:
    place = graph if isinstance(graph, NamedNode) else DefaultGraph()
    return Quad(subject, property_, value, place)  # type: ignore[arg-type]
