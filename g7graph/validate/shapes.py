"""SHACL: the shapes of the ontology over the union of the graphs, by pySHACL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from g7graph import i18n, vocab
from g7graph.project import Project
from g7graph.validate.findings import VIOLATION, Finding
from g7graph.validate.sources import Sources

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

_DERIVED = "derived"


def violations(project: Project, sources: Sources, derived: bytes, lang: str) -> list[Finding]:
    """Validate the union of the files read and the derived graphs (N-Triples): SHACL and SHACL-SPARQL 1.0."""
    import rdflib
    from pyshacl import validate as shacl

    data = rdflib.Graph(bind_namespaces="none")
    for file, _ in sources.files:
        data.parse(file.path)
    data.parse(data=derived, format="nt")
    shapes = shapes_graph(project)
    _, report, _ = shacl(data, shacl_graph=shapes, inference="none", inplace=True)
    assert isinstance(report, rdflib.Graph)  # noqa: S101 - pySHACL hands out bytes only when asked to
    for triple in shapes.triples((None, rdflib.SH.message, None)):
        report.add(triple)
    found = [
        _finding(report, result, sources, lang)
        for result in report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult)
    ]
    # What is derived from faulty data is faulty too, and nobody can mend it there.
    at_source = [one for one in found if one.file != _DERIVED]
    return at_source if any(one.severity == VIOLATION for one in at_source) else found


def shapes_graph(project: Project) -> rdflib.Graph:
    """Read the shapes."""
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    for path in project.shape_files():
        graph.parse(path)
    return graph


def _finding(report: rdflib.Graph, result: Node, sources: Sources, lang: str) -> Finding:
    from rdflib import SH

    focus = str(report.value(result, SH.focusNode))
    severity = str(report.value(result, SH.resultSeverity)).rpartition("#")[2]
    source = str(report.value(result, SH.sourceShape))
    path, value = report.value(result, SH.resultPath), report.value(result, SH.value)
    return Finding(
        severity=severity,
        file=sources.file_of(focus) or _DERIVED,
        line=0,
        subject=vocab.curie(focus),
        path=_path(report, path),
        value="" if value is None else vocab.curie(str(value)),
        message=_message(report, result, lang),
        source=vocab.curie(source),
    )


def _path(report: rdflib.Graph, path: Node | None) -> str:
    """Write a property path; a complex one as the names of its steps."""
    from rdflib import BNode, URIRef
    from rdflib.collection import Collection

    if path is None:
        return ""
    if isinstance(path, URIRef):
        return vocab.curie(str(path))
    steps = list(Collection(report, path)) if isinstance(path, BNode) else []
    inverse = [f"^{_path(report, node)}" for node in report.objects(path) if isinstance(node, URIRef)]
    return "/".join(_path(report, step) for step in steps) or "|".join(sorted(inverse))


def _message(report: rdflib.Graph, result: Node, lang: str) -> str:
    from rdflib import SH, Literal

    shape = report.value(result, SH.sourceShape)
    said = [*report.objects(result, SH.resultMessage), *report.objects(shape, SH.message)]
    texts = {text.language or "": str(text) for text in said if isinstance(text, Literal)}
    return texts.get(lang) or texts.get(i18n.DEFAULT) or next(iter(sorted(texts.values())), "")
