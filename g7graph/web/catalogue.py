"""The description of the dataset as this deployment gives it: what the data state, the dumps, the addresses here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from flask import request
from pyoxigraph import NamedNode

from g7graph import vocab
from g7graph.exports.manifest import Dump, Manifest
from g7graph.web import asks, dumps
from g7graph.web.context import site
from g7graph.web.distributions import distributions, of_graph
from g7graph.web.reading import Reading

#: What leads to the service itself; other properties keep the canonical IRIs.
_LEADING = {
    vocab.STANDARD[prefix] + name
    for prefix, name in (
        ("dcat", "accessURL"),
        ("dcat", "downloadURL"),
        ("dcat", "endpointDescription"),
        ("dcat", "endpointURL"),
        ("void", "dataDump"),
        ("void", "sparqlEndpoint"),
    )
}
#: Where what needs a live service is: a frozen copy has none of them.
_LIVE = ("graph-store", "reconcile", "sparql")
#: What is said of the objects of these elsewhere is told, too: of documents, places, subjects, standards.
_REFERRING = {
    *(vocab.STANDARD["dcterms"] + name for name in ("conformsTo", "spatial", "subject")),
    vocab.STANDARD["prov"] + "wasDerivedFrom",
}
#: What a dataset is that describes itself.
_KINDS = ("void:Dataset", "dcat:Dataset")
_IS = NamedNode(vocab.RDF_TYPE)
_RESOURCE = NamedNode(vocab.STANDARD["rdfs"] + "Resource")


@dataclass(frozen=True)
class Catalogue:
    """A dataset with what the data say of it, the dumps there are, and the address of this deployment.

    Of a frozen copy, which is not `live`, services keep the permanent addresses that the data give.
    """

    dataset: str
    reading: Reading
    dumps: Manifest | None
    root: str
    live: bool = True

    @property
    def files(self) -> list[Dump]:
        """The dumps of the dataset: whole, or as tables; those of single graphs apart."""
        return [dump for dump in (self.dumps.dumps if self.dumps else ()) if not of_graph(dump)]

    @property
    def statements(self) -> list[ox.Triple]:
        """All that is said of it: what the data say with the addresses here, and the dumps as distributions."""
        computed = distributions(self.dumps, self.reading, self.dataset, self.root) if self.dumps else []
        return placed([*self.reading.statements, *computed], self.here)

    def here(self, iri: str) -> str:
        """Return where this deployment answers for an IRI of ours."""
        path = vocab.local_path(iri)
        away = path is None or (path in _LIVE and not self.live)
        return iri if away else f"{self.root}/{path}"


def catalogue() -> Catalogue:
    """Read the description of the dataset; of data that have none, only what a service knows of itself is said."""
    root = request.root_url.rstrip("/")
    stated = site().stated.get(site().store.version, _stated)
    datasets = stated.things(*_KINDS)
    if not datasets:
        stated = Reading(_undescribed(NamedNode(f"{root}/dataset#this")))
        datasets = stated.things(*_KINDS)
    return Catalogue(datasets[0], stated, dumps.current(), root, site().options.live)


def _stated() -> Reading:
    """Read what the data say of the dataset, and what the things it refers to are and are called."""
    store = site().store
    names = ("dataset",) if store.union else ("dataset", "dataset-default")
    told = [one for name in names for one in store.triples(asks.text(name))]
    others = sorted(
        {one.object for one in told if one.predicate.value in _REFERRING and isinstance(one.object, NamedNode)}, key=str
    )
    return Reading([*told, *(store.triples(asks.fill("referred", {"thing": others})) if others else ())])


def _undescribed(dataset: NamedNode) -> list[ox.Triple]:
    """Say of data that do not describe themselves that they are there, by an IRI of this deployment: they have none."""
    said = [ox.Triple(dataset, _IS, NamedNode(vocab.expand(kind) or kind)) for kind in _KINDS]
    if site().options.live:
        endpoint = NamedNode(vocab.STANDARD["void"] + "sparqlEndpoint")
        said.append(ox.Triple(dataset, endpoint, NamedNode(vocab.BASE + "sparql")))
    return said


def placed(statements: Iterable[ox.Triple], here: Callable[[str], str]) -> list[ox.Triple]:
    """Have the addresses of services and files lead to a deployment; each is said to be a resource, as DCAT-AP asks."""
    found = []
    for one in statements:
        if one.predicate.value in _LEADING and isinstance(one.object, NamedNode):
            where = NamedNode(here(one.object.value))
            found += [ox.Triple(one.subject, one.predicate, where), ox.Triple(where, _IS, _RESOURCE)]
        else:
            found.append(one)
    return found
