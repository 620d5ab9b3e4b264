"""Validate: one list of findings from the files, their terms and links, the shapes and the checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from g7graph import executables, i18n, vocab
from g7graph.derive import GRAPHS, derive
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.local import LocalStore
from g7graph.validate import checks, links, shapes, terms
from g7graph.validate import sources as files
from g7graph.validate.findings import Finding, in_order

STEPS = ("files", "format", "terms", "links", "shapes", "checks")


def validate(
    project: Project,
    *,
    extra: Iterable[Path] = (),
    lang: str = i18n.DEFAULT,
    on_step: Callable[[str], None] = lambda _: None,
    formatted: bool = True,
) -> list[Finding]:
    """Validate a project and, with it, `extra` files as graphs of their own; an empty list is a good answer.

    Plain RDF is only parsed. Where a file does not parse, the findings of the files are all there is: the rest would
    blame what the missing one describes. `on_step` is told each of STEPS as it begins. Whether files are `formatted`,
    which is never more than a warning, takes a third of the time.
    """
    found: list[Finding] = []
    steps = _steps(project, extra, lang, formatted=formatted)
    for name in STEPS:
        on_step(name)
        findings = next(steps, None)
        if findings is None:
            break
        found += findings
    return in_order(found)


def _steps(project: Project, extra: Iterable[Path], lang: str, *, formatted: bool) -> Iterator[list[Finding]]:
    sources, broken = files.read(project, extra, lang)
    yield broken
    if broken or project.is_plain:
        return
    library = Library.read(project.queries)
    yield [*files.misplaced(project, lang), *(files.formatting(project, sources, lang) if formatted else ())]
    yield terms.unknown(project, sources, lang)
    derived = _derived(sources, library)
    yield links.doubled(sources, lang) + links.dangling(sources, _known(library), lang)
    graphs = map(ox.NamedNode, GRAPHS)
    triples = [quad.triple for graph in graphs for quad in derived.quads_for_pattern(None, None, None, graph)]
    yield shapes.violations(project, sources, ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"", lang)
    yield checks.offenders(library, LocalStore(derived, version=""), sources, lang)


def _derived(sources: files.Sources, library: Library) -> ox.Store:
    """Return a store of what was read and what the rules make of it."""
    store = ox.Store()
    store.extend(quad for quad, _ in sources.quads)
    derive(store, library.rules)
    return store


def _known(library: Library) -> set[str]:
    """Return our IRIs that files of other kinds stand for: the queries, the derived graphs, the shapes."""
    return {vocab.query(path) for path in library.by_path} | {
        *GRAPHS,
        executables.GRAPH,
        vocab.ONTOLOGY,
        vocab.GRAPH + "ontology/shapes",
    }


__all__ = ["STEPS", "Finding", "validate"]
