"""The description of the dataset as this deployment gives it: what the data state, the dumps, the addresses here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from flask import request
from pyoxigraph import NamedNode

from g7graph import vocab
from g7graph.exports.manifest import Manifest
from g7graph.web import asks
from g7graph.web.context import site
from g7graph.web.distributions import distributions, manifest
from g7graph.web.reading import Reading
from g7graph.web.refusals import Refused

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
_IS = NamedNode(vocab.RDF_TYPE)
_RESOURCE = NamedNode(vocab.STANDARD["rdfs"] + "Resource")


@dataclass(frozen=True)
class Catalogue:
    """A dataset with all that is said of it, and the dumps there are."""

    dataset: str
    reading: Reading
    dumps: Manifest | None
    root: str


def catalogue() -> Catalogue:
    """Read the description of the dataset. Raises Refused where the data do not describe themselves as one."""
    found = described()
    if found is None:
        raise Refused("no_description")
    return found


def described() -> Catalogue | None:
    """Read the description of the dataset, None where the data have none."""
    stated = Reading(site().store.triples(asks.text("dataset")))
    datasets = stated.things("void:Dataset", "dcat:Dataset")
    if not datasets:
        return None
    dataset, root = datasets[0], request.root_url.rstrip("/")
    held = manifest(site().options.dumps)
    computed = distributions(held, stated, dataset, root) if held else []
    return Catalogue(dataset, Reading(placed([*stated.statements, *computed], root)), held, root)


def placed(statements: Iterable[ox.Triple], root: str) -> list[ox.Triple]:
    """Have the addresses of services and files lead to a deployment; each is said to be a resource, as DCAT-AP asks."""
    found = []
    for one in statements:
        if one.predicate.value in _LEADING and isinstance(one.object, NamedNode):
            path = vocab.local_path(one.object.value)
            where = one.object if path is None else NamedNode(f"{root}/{path}")
            found += [ox.Triple(one.subject, one.predicate, where), ox.Triple(where, _IS, _RESOURCE)]
        else:
            found.append(one)
    return found
