"""Unknown terms: every IRI in a vocabulary we use must be in that vocabulary's closed list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

import pyoxigraph as ox

from g7graph import i18n, vocab
from g7graph.graph import parse
from g7graph.project import GraphFile, Project
from g7graph.table import text
from g7graph.validate.findings import VIOLATION, Finding
from g7graph.validate.sources import Sources

_NAMESPACE = "# namespace:"
#: Ours: what the vocabulary defines, and the components of data cubes.
_OWN = (vocab.G7, vocab.thing("attribute", ""), vocab.thing("dimension", ""))


def unknown(project: Project, sources: Sources, lang: str) -> list[Finding]:
    """Find IRIs that a listed vocabulary, or ours, does not have; predicates, classes and datatypes of none."""
    lists = closed_lists(project, sources)
    quads = [*sources.quads, *_shapes(project)]
    found: dict[tuple[str, str], Finding] = {}
    for quad, name in quads:
        for iri, is_term in _iris(quad):
            if (name, iri) not in found and (hint := _unknown(iri, is_term, lists)) is not None:
                message = i18n.text("validate.unknown_term", lang, nearest=hint)
                subject = vocab.curie(text(quad.subject))
                path = vocab.curie(quad.predicate.value)
                found[name, iri] = Finding(VIOLATION, name, 0, subject, path, vocab.curie(iri), message, "unknown-term")
    return list(found.values())


def closed_lists(project: Project, sources: Sources) -> dict[str, frozenset[str]]:
    """Return namespace → its terms: the lists of `ontology/terms/`, and our own vocabulary as it is defined."""
    lists = dict(map(_read, sorted((project.ontology / "terms").glob("*.txt"))))
    typed = (quad for quad, _ in sources.quads if quad.predicate.value == vocab.RDF_TYPE)
    defined = {iri for iri in map(text, (quad.subject for quad in typed)) if iri.startswith(_OWN)}
    for space in _OWN:
        lists[space] = frozenset(iri.removeprefix(space) for iri in defined if iri.startswith(space))
    return lists


def _read(path: Path) -> tuple[str, frozenset[str]]:
    """Read a list: comment lines, one of them naming the namespace, then one term a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    namespace = next(line.removeprefix(_NAMESPACE).strip() for line in lines if line.startswith(_NAMESPACE))
    return namespace, frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _shapes(project: Project) -> Iterator[tuple[ox.Quad, str]]:
    for path in project.shape_files():
        name = project.name_of(path)
        yield from ((quad, name) for quad in parse(GraphFile(path, vocab.graph("shapes")), name=name))


def _iris(quad: ox.Quad) -> Iterator[tuple[str, bool]]:
    yield quad.predicate.value, True
    typed = quad.predicate.value == vocab.RDF_TYPE
    for term, is_term in ((quad.subject, False), (quad.object, typed)):
        if isinstance(term, ox.NamedNode):
            yield term.value, is_term
    if isinstance(quad.object, ox.Literal):
        yield quad.object.datatype.value, True


def _unknown(iri: str, is_term: bool, lists: Mapping[str, frozenset[str]]) -> str | None:
    """Return the nearest known terms where an IRI is none of its vocabulary's, None where it is fine."""
    spaces = [space for space in lists if iri.startswith(space)]
    if not spaces:
        return "" if is_term else None
    space = max(spaces, key=len)
    term = iri.removeprefix(space)
    if not term or term in lists[space]:
        return None
    return ", ".join(vocab.curie(space + near) for near in get_close_matches(term, lists[space]))
