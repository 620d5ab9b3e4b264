"""The cases that are HTTP exchanges: the SPARQL and the graph store protocol, as their manifests write them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from rdflib import Namespace
from rdflib.collection import Collection
from rdflib.term import Node

from tests.w3c import data, results
from tests.w3c.comparison import difference
from tests.w3c.manifest import BASE, MF, Case, text_of
from tests.w3c.outcome import Failure
from tests.w3c.service import Response, Service

HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
_STATUS = {"OK": "200", "Created": "201", "Accepted": "202", "NoContent": "204", "NotFound": "404"}
_TABULAR = {*results.TABLE_TYPES.values(), "application/xml", "application/json"}
_RDF = {
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/n-quads",
    "application/trig",
    "text/turtle",
    "text/n3",
}
_UPDATE_TYPE = "application/sparql-update"


def protocol(case: Case, service: Service) -> None:
    """Run a case of the SPARQL protocol. Raises Failure and what the service raises."""
    service.load(data.load(case.files(case.node), case.root))
    for request in _requests(case):
        target = _path(case, request).removeprefix("/sparql/")
        where = service.update if _is_update(case, request, target) else service.query
        _checked(case, request, _sent(case, request, where + target, service, {}), {})


def graph_store(case: Case, service: Service) -> None:
    """Run a case of the graph store protocol. Raises Failure and what the service raises."""
    service.load(data.Dataset())
    variables: dict[str, str] = {}
    for request in _requests(case):
        target = _filled(_path(case, request).removeprefix("/gsp"), variables)
        _checked(case, request, _sent(case, request, service.graph_store + target, service, variables), variables)


def _requests(case: Case) -> list[Node]:
    return list(Collection(case.graph, case.the(case.action(), HT.requests)))


def _path(case: Case, request: Node) -> str:
    return str(case.the(request, HT.absolutePath))


def _is_update(case: Case, request: Node, target: str) -> bool:
    """Whether a request is for the update operation: its type or parameters say so, or else the name of its case."""
    if _headers(case, request).get("content-type", "").startswith(_UPDATE_TYPE):
        return True
    names = {name for part in (urlsplit(target).query, _body(case, request)[0]) for name, _ in parse_qsl(part)}
    if names & {"query", "update"}:
        return "update" in names
    return not _headers(case, request).get("content-type", "").startswith("application/sparql-query") and (
        "update" in case.label
    )


def _headers(case: Case, subject: Node) -> dict[str, str]:
    head = case.graph.value(subject, HT.headers)
    fields = Collection(case.graph, head) if head is not None else ()
    return {str(case.the(one, HT.fieldName)).lower(): str(case.the(one, HT.fieldValue)) for one in fields}


def _body(case: Case, subject: Node) -> tuple[str, str]:
    """Return the text of a body, empty where there is none, and its encoding."""
    body = case.graph.value(subject, HT.body)
    if body is None:
        return "", "utf-8"
    return text_of(case.graph.value(body, CNT.chars)), text_of(case.graph.value(body, CNT.characterEncoding)) or "utf-8"


def _sent(case: Case, request: Node, url: str, service: Service, variables: dict[str, str]) -> Response:
    text, encoding = _body(case, request)
    body = _filled(text, variables).encode(encoding) if text else None
    return service.send(str(case.the(request, HT.methodName)), url, body, _headers(case, request))


def _filled(text: str, variables: dict[str, str]) -> str:
    for name, value in variables.items():
        text = text.replace(name, value)
    return text


def _checked(case: Case, request: Node, answer: Response, variables: dict[str, str]) -> None:
    """Raise Failure unless the response is as expected; keep its Location where the case goes on with it."""
    method = str(case.graph.value(request, HT.methodName))
    what = f"{method} {_path(case, request)[:60]}"
    expected = case.the(request, HT.resp)
    wanted = [str(one).rpartition("#")[2] for one in case.graph.objects(expected, MF.expectedStatus)]
    if not any(_is_status(name, answer.status) for name in wanted):
        raise Failure(f"{what}: expected {' or '.join(sorted(wanted))}, got {answer.said()}")
    variable = text_of(case.graph.value(expected, MF.expectedLocation))
    if variable:
        if "location" not in answer.headers:
            raise Failure(f"{what}: expected a Location header, got none")
        variables[variable] = answer.headers["location"]
    _form(case, expected, answer, what)
    _content(case, expected, answer, what, empty=method == "HEAD")


def _is_status(name: str, status: int) -> bool:
    """Whether a status is the one named (`Created`) or of the class named (`StatusCode2xx`)."""
    if name.startswith("StatusCode"):
        return name.removeprefix("StatusCode")[0] == str(status)[0]
    if name not in _STATUS:
        raise Failure(f"the status {name} is not known to the runner")
    return _STATUS[name] == str(status)


def _form(case: Case, expected: Node, answer: Response, what: str) -> None:
    """Raise Failure unless the answer is of the form (boolean, tabular, RDF) and the truth value expected."""
    form, media_type = text_of(case.graph.value(expected, MF.expectedFormat)), answer.media_type
    if form and media_type not in (_RDF if form == "RDF" else _TABULAR):
        raise Failure(f"{what}: expected an answer that is {form}, got {media_type or 'no media type'}")
    truth = case.graph.value(expected, MF.expectedBoolean)
    if truth is not None:
        found = results.read_table(answer.body, media_type)
        if found is not (text_of(truth) == "true"):
            raise Failure(f"{what}: expected {truth}, got {found if isinstance(found, bool) else 'a table'}")


def _content(case: Case, expected: Node, answer: Response, what: str, *, empty: bool) -> None:
    """Raise Failure unless the media type is the one expected, and the graph, where one is given, the same."""
    wanted = _headers(case, expected).get("content-type", "").partition(";")[0]
    if wanted and answer.media_type != wanted:
        raise Failure(f"{what}: expected {wanted}, got {answer.media_type or 'no media type'}")
    if empty and answer.body:
        raise Failure(f"{what}: expected no body")
    text, encoding = _body(case, expected)
    if text:
        differs = difference(
            results.read_graph(text.encode(encoding), wanted, BASE),
            results.read_graph(answer.body, answer.media_type, BASE),
        )
        if differs:
            raise Failure(f"{what}: {differs}")
