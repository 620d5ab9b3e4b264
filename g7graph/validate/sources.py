"""A project's files as validation reads them: quads with their file, and the problems of the files themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from g7graph import i18n, vocab
from g7graph.errors import DataError
from g7graph.graph import parse
from g7graph.project import RDF_SUFFIXES, GraphFile, Project
from g7graph.table import text
from g7graph.validate.findings import VIOLATION, WARNING, Finding

#: Folders whose graphs are made, not written: `graph/derived/…`, and those of the ontology.
_RESERVED = ("derived", "ontology")


@dataclass
class Sources:
    """The quads read, each file's name, in which file a subject is described, and which files are ours, not theirs."""

    quads: list[tuple[ox.Quad, str]] = field(default_factory=list)
    files: list[tuple[GraphFile, str]] = field(default_factory=list)
    home: dict[str, str] = field(default_factory=dict)
    borrowed: set[str] = field(default_factory=set)

    def add(self, file: GraphFile, name: str, quads: Iterable[ox.Quad]) -> None:
        """Add a file; a subject lives where it is typed, else where it was met first."""
        self.files.append((file, name))
        for quad in quads:
            self.quads.append((quad, name))
            typed = quad.predicate.value == vocab.RDF_TYPE
            subject = text(quad.subject)
            if typed or subject not in self.home:
                self.home[subject] = name

    def file_of(self, iri: str) -> str:
        """Return the name of the file that describes a thing; the derived graph's for what is derived."""
        return self.home.get(iri, "")


def read(project: Project, extra: Iterable[Path], lang: str) -> tuple[Sources, list[Finding]]:
    """Read the files of the union (`extra` ones as graphs of their own); one that does not parse is a finding."""
    sources, findings = Sources(), []
    added = [GraphFile(path, vocab.graph(f"input/{path.stem}")) for path in extra]
    for file in [*project.graph_files(), *added]:
        name = project.name_of(file.path)
        try:
            sources.add(file, name, list(parse(file, name=name)))
            if file not in added and not file.path.is_relative_to(project.root):
                sources.borrowed.add(name)
        except DataError as error:
            findings.append(Finding(VIOLATION, name, error.line, "", "", error.detail, error.text(lang), "unparsable"))
    return sources, findings


def misplaced(project: Project, lang: str) -> Iterator[Finding]:
    """Find what stands in the Turtle tree and is not read as a graph of its own."""
    for path in sorted(project.data.rglob("*")):
        name, first = project.name_of(path), path.relative_to(project.data).parts[0]
        if path.suffix.lower() in RDF_SUFFIXES and path.suffix != ".ttl" and path.is_file():
            yield Finding(WARNING, name, 0, "", "", "", i18n.text("validate.not_turtle", lang), "not-turtle")
        elif path.suffix == ".ttl" and first in _RESERVED and not project.stands_in(path):
            message = i18n.text("validate.reserved", lang, folder=first)
            yield Finding(VIOLATION, name, 0, "", "", "", message, "reserved-name")


def formatting(project: Project, sources: Sources, lang: str) -> list[Finding]:
    """Find the Turtle files that are not in canonical form; `g7graph format` mends them."""
    from g7graph.turtle import format_text

    files = [(file.path, name) for file, name in sources.files if file.path.suffix == ".ttl"]
    files += [(path, project.name_of(path)) for path in project.shape_files()]
    message = i18n.text("validate.not_canonical", lang)
    found = []
    for path, name in files:
        written = path.read_text(encoding="utf-8")
        try:
            if written != format_text(written, name=name):
                found.append(Finding(WARNING, name, 0, "", "", "", message, "not-canonical"))
        except DataError as error:
            found.append(Finding(WARNING, name, error.line, "", "", error.detail, error.text(lang), "not-canonical"))
    return found
