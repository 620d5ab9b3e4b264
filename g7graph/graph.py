"""Turtle files ⇄ RDF datasets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

import pyoxigraph as ox

from g7graph.errors import DataError
from g7graph.project import RDF_SUFFIXES, GraphFile, Project

if TYPE_CHECKING:
    import rdflib

_BYTE_ORDER_MARK = "\ufeff"
_FORMATS = {".owl": ox.RdfFormat.RDF_XML}


def parse(file: GraphFile, *, name: str = "") -> Iterator[ox.Quad]:
    """Read a file as quads of its named graph (of its own graphs where it has none).

    Raises DataError with line and column, OSError for what may not be read; `name` is the path that messages give.
    """
    graph = ox.NamedNode(file.iri) if file.iri else ox.DefaultGraph()
    require_whole_file(file.path, name or str(file.path))
    try:
        for quad in ox.parse(path=str(file.path), format=format_of(file.path)):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, graph) if file.iri else quad
    except SyntaxError as error:
        raise unparsable(error, name or str(file.path)) from error
    except OSError as error:  # the engine does not say which file it cannot read
        raise OSError(error.errno or 0, str(error), str(file.path)) from error


def format_of(path: Path) -> ox.RdfFormat:
    """Return the RDF format of a file by its extension. Raises DataError where there is none."""
    known = _FORMATS.get(path.suffix) or ox.RdfFormat.from_extension(path.suffix.lstrip("."))
    if known is None:
        raise DataError("unknown_extension", path=str(path), detail=" ".join(RDF_SUFFIXES))
    return known


def require_whole_file(path: Path, name: str) -> None:
    """Raise DataError for a file of RDF/XML that is cut; see `require_whole`."""
    if format_of(path) == ox.RdfFormat.RDF_XML:
        with path.open("rb") as file:
            require_whole(file, name)


def require_whole(document: IO[bytes], name: str) -> None:
    """Raise DataError for RDF/XML that is not well-formed: the engine takes what is cut, or empty, for a whole.

    It is read as UTF-8, the only encoding that the engine knows, whatever it says of itself.
    """
    parser = expat.ParserCreate("utf-8")
    try:
        parser.ParseFile(document)
    except expat.ExpatError as error:
        detail = f"XML, UTF-8: {expat.ErrorString(error.code)}"
        raise DataError("unparsable", path=name, line=error.lineno, column=error.offset + 1, detail=detail) from error


def unparsable(error: SyntaxError, name: str) -> DataError:
    """Turn the parser's error into ours: file, line, column, what was expected."""
    line, column = error.lineno or 1, error.offset or 1
    if (line, column) == (1, 1) and _BYTE_ORDER_MARK in str(error.msg):
        return DataError("byte_order_mark", path=name, line=line, column=column)
    detail = str(error.msg).partition(": ")[2] or str(error.msg)
    return DataError("unparsable", path=name, line=line, column=column, detail=detail.rstrip("."))


def dataset(project: Project) -> rdflib.Dataset:
    """Read a project's files into an rdflib Dataset whose default graph is the union; literals keep their form.

    Raises DataError for a file that does not parse.
    """
    import rdflib

    from g7graph import vocab

    found = rdflib.Dataset(default_union=True)
    for prefix, namespace in vocab.PREFIXES.items():
        found.bind(prefix, rdflib.URIRef(namespace), override=True, replace=True)
    for file in project.graph_files():
        for _ in parse(file, name=project.name_of(file.path)):
            pass  # the engine's parser gives line and column; rdflib's then reads what is known to be good
        if file.iri:
            found.graph(rdflib.URIRef(file.iri)).parse(file.path)
        else:
            found.parse(file.path)
    return found
