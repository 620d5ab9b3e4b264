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
    _, report, _ = shacl(data, shacl_graph=aimed(shapes), inference="none", inplace=True)
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


def aimed(shapes: rdflib.Graph) -> rdflib.Graph:
    """Return the shapes with property shapes aimed at the targets of the node shapes that have them.

    pySHACL checks what has a target for all of its focus nodes at once, what is a property of another shape for each of
    them anew, which took a quarter of all the time. The findings are the same: a property shape has its own severity,
    messages and IRI.
    """
    import rdflib
    from rdflib import SH

    found = rdflib.Graph(bind_namespaces="none")
    found += shapes
    targets = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
    for node in set(shapes.subjects(SH.property)):
        aims = [(target, at) for target in targets for at in shapes.objects(node, target)]
        if aims and _only_lists(shapes, node):
            found.remove((node, SH.property, None))
            for part in shapes.objects(node, SH.property):
                for target, at in aims:
                    found.add((part, target, at))
    return found


def _only_lists(shapes: rdflib.Graph, node: Node) -> bool:
    """Whether the properties of a node shape mean nothing but themselves.

    Not so where it is part of others, closed to what it does not list, switched off, or a class that is its own target.
    """
    from rdflib import RDF, RDFS, SH

    part_of = (RDF.first, SH.node, SH["not"], SH.property, SH.qualifiedValueShape)
    said = ((SH.closed, None), (SH.deactivated, None), (RDF.type, RDFS.Class))
    return not any((None, name, node) in shapes for name in part_of) and not any((node, *one) in shapes for one in said)


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
