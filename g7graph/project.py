"""Where a framework keeps its ontology, data and queries."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from g7graph import vocab
from g7graph.errors import UsageError

#: Folders of the ontology that are not in the union: what data must keep to, and what the vocabulary was.
APART = ("shapes", "versions")
RDF_SUFFIXES = (".jsonld", ".n3", ".nq", ".nt", ".owl", ".rdf", ".trig", ".ttl")
_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class GraphFile:
    """A Turtle file and the named graph it is; in plain RDF the file's own graphs stand (`iri` None)."""

    path: Path
    iri: str | None


@dataclass(frozen=True)
class Project:
    """A framework's folders; `plain` lists the files instead where any RDF is served as it is."""

    root: Path
    ontology: Path
    data: Path
    queries: Path
    plain: tuple[Path, ...] = ()

    @classmethod
    def default(cls) -> Project:
        """Return the alliance's own: of the source checkout, else the copy that the package carries."""
        checkout = _PACKAGE.parent
        root = checkout if (checkout / "ontology" / "g7.ttl").is_file() else _PACKAGE / "resources"
        return cls._framework(root)

    @classmethod
    def find(cls, path: Path | None) -> Project:
        """Return what `--data PATH` names.

        A framework's root (holds `data/ttl/`; its own `ontology/` and `queries/` are optional), a Turtle tree like
        `data/ttl/`, or any RDF file or folder of RDF files, served as it is.
        Raises UsageError where there is nothing to read.
        """
        if path is None:
            return cls.default()
        if not path.exists():
            raise UsageError("no_file", path=path)
        if (path / "data" / "ttl").is_dir():
            return cls._framework(path)
        if path.is_dir() and _is_tree(path):
            ours = cls.default()
            return cls(path, ours.ontology, path, ours.queries)
        files = tuple(sorted(_rdf_files(path)))
        if not files:
            raise UsageError("no_rdf", path=path)
        ours = cls.default()
        return cls(path, ours.ontology, path, ours.queries, plain=files)

    @classmethod
    def _framework(cls, root: Path) -> Project:
        bundled = _PACKAGE.parent if (_PACKAGE.parent / "ontology").is_dir() else _PACKAGE / "resources"
        folders = {name: root / name if (root / name).is_dir() else bundled / name for name in ("ontology", "queries")}
        return cls(root, folders["ontology"], root / "data" / "ttl", folders["queries"])

    @property
    def is_plain(self) -> bool:
        """Whether any RDF is served as it is: no shapes, no derivation, its own default graph."""
        return bool(self.plain)

    def graph_files(self) -> list[GraphFile]:
        """List the files of the union with their graphs, sorted: ontology, code lists, alignments, data.

        A file of the data that is a graph of the ontology stands in place of ours: `data/ttl/ontology/codes/axis.ttl`.
        """
        if self.plain:
            return [GraphFile(path, None) for path in self.plain]
        ontology = [
            GraphFile(path, vocab.graph(f"ontology/{_stem(path, self.ontology)}"))
            for path in sorted(below(self.ontology))
            if path.relative_to(self.ontology).parts[0] not in APART
        ]
        data = [GraphFile(path, vocab.graph(_stem(path, self.data))) for path in sorted(below(self.data))]
        return list({file.iri: file for file in (*ontology, *data)}.values())

    def stands_in(self, path: Path) -> bool:
        """Whether a file of the data stands in place of one of the ontology."""
        folder = self.data / "ontology"
        return path.is_relative_to(folder) and (self.ontology / path.relative_to(folder)).is_file()

    def query_files(self) -> list[Path]:
        """List the files of the saved queries, of the rules, the checks and the others; plain RDF has none."""
        return [] if self.plain else sorted(below(self.queries, (".rq",)))

    def shape_files(self) -> list[Path]:
        """List the files of the shapes, which are not in the union."""
        return [] if self.plain else sorted(below(self.ontology / "shapes"))

    def earlier_vocabularies(self) -> dict[str, Path]:
        """List the earlier versions of the vocabulary that were published, as they were: version → its file."""
        return {} if self.plain else {path.stem: path for path in sorted((self.ontology / "versions").glob("*.ttl"))}

    def name_of(self, path: Path) -> str:
        """Return a file's path as messages give it: below the framework's root where it is there, else its name."""
        if path == self.root:
            return path.name
        for base in (self.root, self.ontology.parent):
            if path.is_relative_to(base):
                return path.relative_to(base).as_posix()
        return path.as_posix()


def _stem(path: Path, folder: Path) -> str:
    return path.relative_to(folder).with_suffix("").as_posix()


def _rdf_files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from below(path, RDF_SUFFIXES)


def below(folder: Path, suffixes: Sequence[str] = (".ttl",)) -> Iterator[Path]:
    """Yield the files in a folder that end so, at any depth.

    Raises OSError for one that may not be looked into: what is in it would be left out.
    """
    for inside, _, names in os.walk(folder, onerror=_refuse) if folder.is_dir() else ():
        yield from (file for name in names if (file := Path(inside, name)).suffix in suffixes)


def _refuse(error: OSError) -> None:
    raise error


def _is_tree(folder: Path) -> bool:
    """Whether a folder is a framework's Turtle tree: its files speak our vocabulary; other RDF does not."""
    namespace = vocab.G7.encode()
    return any(namespace in file.read_bytes() for file in sorted(below(folder)))
