"""The service description cases: prose in the suite, so what each of them asks for is written here."""

from __future__ import annotations

from collections.abc import Callable

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.exceptions import ParserError
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from tests.w3c.data import Dataset
from tests.w3c.manifest import SD, Case
from tests.w3c.outcome import Failure
from tests.w3c.service import Service

_ACCEPT = "text/turtle"
#: Properties of a service whose values are IRIs (SPARQL 1.1 Service Description §3.4).
_IRIS = (
    SD.endpoint,
    SD.feature,
    SD.supportedLanguage,
    SD.languageExtension,
    SD.propertyFeature,
    SD.extensionFunction,
    SD.extensionAggregate,
    SD.defaultEntailmentRegime,
    SD.defaultSupportedEntailmentProfile,
    SD.resultFormat,
    SD.inputFormat,
)
_LANGUAGES = (SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update)
_FEATURES = (
    SD.DereferencesURIs,
    SD.UnionDefaultGraph,
    SD.RequiresDataset,
    SD.EmptyGraphs,
    SD.BasicFederatedQuery,
)


def run(case: Case, service: Service) -> None:
    """Run a service description case. Raises Failure and what the service raises."""
    check = _CHECKS.get(str(case.node).rpartition("#")[2])
    if check is None:
        raise Failure("not encoded: the suite gives this case as prose")
    service.load(Dataset())
    check(_described(service), URIRef(service.query))


def _described(service: Service) -> Graph:
    """Read the description at the address of queries. Raises Failure where there is none in RDF."""
    answer = service.send("GET", service.query, headers={"Accept": _ACCEPT})
    if not answer.succeeded or answer.media_type != _ACCEPT:
        raise Failure(f"expected {_ACCEPT}, got {answer.media_type} {answer.said()}")
    try:
        return Graph().parse(data=answer.body, format="turtle", publicID=service.query)
    except (BadSyntax, ParserError, UnicodeDecodeError) as error:
        raise Failure(f"the description is not Turtle: {error}") from error


def _returns_rdf(graph: Graph, _endpoint: URIRef) -> None:
    if not len(graph):
        raise Failure("the description has no triples")


def _names_endpoint(graph: Graph, endpoint: URIRef) -> None:
    found = sorted(str(value) for value in graph.objects(None, SD.endpoint))
    if str(endpoint) not in found:
        raise Failure(f"expected sd:endpoint <{endpoint}>, got {found}")


def _conforms(graph: Graph, _endpoint: URIRef) -> None:
    """Check the shape that the recommendation gives a description (§3)."""
    services = list(graph.subjects(RDF.type, SD.Service))
    if not services:
        raise Failure("expected an sd:Service, got none")
    for service in services:
        _check_service(graph, service)
    for dataset in graph.subjects(RDF.type, SD.Dataset):
        _at_most_one(graph, dataset, SD.defaultGraph)
    for part in graph.objects(None, SD.namedGraph):
        names = list(graph.objects(part, SD.name))
        if len(names) != 1 or not isinstance(names[0], URIRef):
            raise Failure(f"expected one IRI as sd:name of a named graph, got {names}")
        _at_most_one(graph, part, SD.graph)


def _check_service(graph: Graph, service: Node) -> None:
    if len(list(graph.objects(service, SD.endpoint))) != 1:
        raise Failure("expected one sd:endpoint of the service")
    for predicate in _IRIS:
        for value in graph.objects(service, predicate):
            if isinstance(value, Literal):
                raise Failure(f"expected an IRI as {predicate}, got the literal {value}")
    for predicate, known in ((SD.supportedLanguage, _LANGUAGES), (SD.feature, _FEATURES)):
        for value in graph.objects(service, predicate):
            if str(value).startswith(str(SD)) and value not in known:
                raise Failure(f"{value} is no term of the recommendation for {predicate}")
    _at_most_one(graph, service, SD.defaultDataset)


def _at_most_one(graph: Graph, subject: Node, predicate: URIRef) -> None:
    if len(list(graph.objects(subject, predicate))) > 1:
        raise Failure(f"expected at most one {predicate} of {subject}")


_CHECKS: dict[str, Callable[[Graph, URIRef], None]] = {
    "returns-rdf": _returns_rdf,
    "has-endpoint-triple": _names_endpoint,
    "conforms-to-schema": _conforms,
}
