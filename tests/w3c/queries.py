"""The query cases: evaluation against the data of the case, and syntax."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

from rdflib.term import Node

from tests.w3c import data, results
from tests.w3c.comparison import difference
from tests.w3c.manifest import BASE, MF, QT, SD, Case, Files, ManifestError
from tests.w3c.outcome import Failure, NotApplicable
from tests.w3c.service import Response, Service

_GRAPH_TYPE = "application/n-triples"
_TABLE_TYPE = "application/sparql-results+json"
_OUTBOUND = re.compile(r"\bSERVICE\s+(?:SILENT\s+)?(?:<|\?|\w*:)", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^<>\s]*)>", re.IGNORECASE)
_SORTED = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)
_COMMENT = re.compile(r"(?m)^\s*#.*$")


def run(case: Case, service: Service) -> None:
    """Run a query case. Raises Failure, NotApplicable, and what the service raises."""
    if case.kind.startswith("Negative"):
        service.load(data.Dataset())
        refused(case, service.ask(text(case, case.action()), _TABLE_TYPE))
    elif case.kind.startswith("Positive"):
        _accepted(case, service)
    else:
        _evaluated(case, service)


def text(case: Case, file: Node) -> str:
    """Return the text of a query or an update, with its own address as the base. Raises ManifestError."""
    path = case.path(file)
    try:
        return f"BASE <{data.iri_of(path, case.root)}>\n{path.read_text(encoding='utf-8')}"
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path.name}: {error}") from error


def base_of(asked: str) -> str:
    """Return the base that `text` has put before a request."""
    return asked.partition("<")[2].partition(">")[0]


def refused(case: Case, answer: Response) -> None:
    """Raise Failure unless a request was refused as the client's mistake."""
    if not 400 <= answer.status < 500:
        raise Failure(f"{case.kind}: expected a refusal (4xx), got {answer.said()}")


def accepted(answer: Response, needs: str) -> None:
    """Raise Failure unless a request was carried out."""
    if not answer.succeeded:
        raise Failure(f"{needs}expected the request to be accepted, got {answer.said()}")


def _accepted(case: Case, service: Service) -> None:
    service.load(data.Dataset())
    asked = text(case, case.action())
    answer = service.ask(asked, f"{_TABLE_TYPE}, {_GRAPH_TYPE}")
    accepted(answer, "needs SERVICE: " if _OUTBOUND.search(asked) else "")


def _evaluated(case: Case, service: Service) -> None:
    action = case.action()
    if next(case.graph.objects(action, SD.entailmentRegime), None) is not None:
        raise NotApplicable("an entailment regime, which the server does not offer")
    if next(case.graph.objects(action, QT.serviceData), None) is not None:
        raise Failure("needs SERVICE: the case wants another endpoint to answer for data of its own")
    asked = text(case, case.the(action, QT.query))
    service.load(data.load(_with_named(case.files(action), asked, case.root), case.root))
    path = case.path(case.the(case.node, MF.result))
    wanted = results.TABLE_TYPES.get(path.suffix)
    answer = service.ask(asked, wanted or f"{_TABLE_TYPE}, {_GRAPH_TYPE}")
    if not answer.succeeded:
        raise Failure(f"expected an answer, got {answer.said()}")
    compare(case, path, asked, answer)


def compare(case: Case, path: Path, asked: str, answer: Response) -> None:
    """Raise Failure unless an answer is the one of the expected file, in its format."""
    wanted = results.TABLE_TYPES.get(path.suffix)
    if wanted and answer.media_type != wanted:
        raise Failure(f"expected {wanted}, got {answer.media_type}")
    expected = (
        results.read_table(path.read_bytes(), wanted)
        if wanted
        else results.as_answer(data.read(path, data.iri_of(path, case.root)))
    )
    if isinstance(expected, results.Triples):
        got: results.Answer = results.read_graph(answer.body, answer.media_type, BASE)
    else:
        got = results.read_table(answer.body, answer.media_type)
    if isinstance(expected, results.Table) and _SORTED.search(_COMMENT.sub("", asked).rpartition("}")[2]):
        expected = replace(expected, ordered=True)
    lax = case.graph.value(case.node, MF.resultCardinality) == MF.LaxCardinality
    differs = difference(expected, got, lax=lax)
    if differs:
        raise Failure(differs)


def _with_named(files: Files, asked: str, root: Path) -> Files:
    """Add the files of the suite that a query names in FROM: they are in the store under the name it uses."""
    wanted = {urljoin(base_of(asked), name) for name in _FROM.findall(_COMMENT.sub("", asked))}
    known = {iri for iri, _ in files.named}
    found = [
        (iri, root / iri.removeprefix(BASE))
        for iri in sorted(wanted - known)
        if (root / iri.removeprefix(BASE)).is_file()
    ]
    return Files(files.default, (*files.named, *found))
