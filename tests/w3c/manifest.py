"""The manifests of the suite: which cases there are, of which group, and the files they name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

#: What the files are called, so that graphs named after them have http IRIs; the suite is published there.
BASE = "https://w3c.github.io/rdf-tests/sparql/"
MANIFESTS = ("sparql10/manifest.ttl", "sparql11/manifest-all.ttl")

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
DAWG = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")

QUERY, UPDATE, PROTOCOL, GRAPH_STORE, DESCRIPTION = GROUPS = (
    "query",
    "update",
    "protocol",
    "graph-store",
    "service-description",
)
_KINDS = {
    "QueryEvaluationTest": QUERY,
    "CSVResultFormatTest": QUERY,
    "PositiveSyntaxTest": QUERY,
    "NegativeSyntaxTest": QUERY,
    "PositiveSyntaxTest11": QUERY,
    "NegativeSyntaxTest11": QUERY,
    "UpdateEvaluationTest": UPDATE,
    "PositiveUpdateSyntaxTest11": UPDATE,
    "NegativeUpdateSyntaxTest11": UPDATE,
    "ProtocolTest": PROTOCOL,
    "GraphStoreProtocolTest": GRAPH_STORE,
    "ServiceDescriptionTest": DESCRIPTION,
}


class ManifestError(Exception):
    """A manifest that is not there, or says something we cannot read."""


@dataclass(frozen=True)
class Files:
    """The files of a dataset: the default graph's, and each named graph's with its IRI."""

    default: tuple[Path, ...] = ()
    named: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True)
class Case:
    """One test as its manifest gives it; `kind` is the local name of its class, `where` its folder."""

    node: Node
    graph: Graph = field(repr=False)
    root: Path
    where: str
    kind: str
    group: str

    @property
    def name(self) -> str:
        """The folder of the case and the last part of its IRI."""
        return f"{self.where}/{str(self.node).rpartition('#')[2]}"

    @property
    def label(self) -> str:
        """What the manifest calls the case."""
        return str(self.graph.value(self.node, MF.name) or "")

    def action(self) -> Node:
        """What is to be done. Raises ManifestError where nothing is said."""
        return self.the(self.node, MF.action)

    def the(self, subject: Node, predicate: URIRef) -> Node:
        """Return the one value a case must have. Raises ManifestError where there is none."""
        found = self.graph.value(subject, predicate)
        if found is None:
            raise ManifestError(f"{self.name}: no {predicate}")
        return found

    def path(self, named: Node) -> Path:
        """Return the file an IRI of the manifest names."""
        return self.root / str(named).removeprefix(BASE)

    def files(self, subject: Node) -> Files:
        """Return the data of an action or a result, in the words of query tests and of update tests."""
        default = [value for predicate in (QT.data, UT.data) for value in self.graph.objects(subject, predicate)]
        named = [(str(value), self.path(value)) for value in self.graph.objects(subject, QT.graphData)]
        named += [
            (str(self.the(part, RDFS.label)), self.path(self.the(part, UT.graph)))
            for part in self.graph.objects(subject, UT.graphData)
        ]
        return Files(tuple(map(self.path, default)), tuple(named))


def cases(root: Path, manifests: tuple[str, ...] = MANIFESTS) -> list[Case]:
    """Read every case that the manifests lead to, in their order. Raises ManifestError."""
    seen: set[str] = set()
    return [case for name in manifests for case in _read(root, BASE + name, seen)]


def _read(root: Path, iri: str, seen: set[str]) -> Iterator[Case]:
    if iri in seen:
        return
    seen.add(iri)
    path = root / iri.removeprefix(BASE)
    if not path.is_file():
        raise ManifestError(f"no manifest at {path}")
    graph = Graph().parse(path, publicID=iri, format="turtle")
    for entry in _items(graph, MF.entries):
        kind = str(graph.value(entry, RDF.type) or "").rpartition("#")[2]
        where = str(path.parent.relative_to(root))
        yield Case(entry, graph, root, where, kind, _group(graph, entry, kind))
    for included in _items(graph, MF.include):
        yield from _read(root, str(included), seen)


def _items(graph: Graph, predicate: URIRef) -> Iterator[Node]:
    for head in graph.objects(None, predicate):
        yield from Collection(graph, head)


def _group(graph: Graph, entry: Node, kind: str) -> str:
    """Return the group of a case: some manifests call the syntax test of an update a plain syntax test."""
    if kind not in _KINDS:
        raise ManifestError(f"{entry}: a test of an unknown kind ({kind or 'none'})")
    action = graph.value(entry, MF.action)
    return UPDATE if str(action).endswith(".ru") else _KINDS[kind]


def text_of(node: Node | None) -> str:
    """Return the text of a literal, empty where there is none."""
    return str(node) if isinstance(node, Literal) else ""
