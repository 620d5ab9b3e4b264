"""The canonical form of a Turtle file: same triples, same bytes.

rdflib's serialiser with its order fixed: subjects by IRI, `a` and the label first, then predicates by IRI, objects by
their N-Triples form; blank nodes are named by RDFC-like hashing before, so that they do not move between runs.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import rdflib
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import to_canonical_graph
from rdflib.plugins.serializers.turtle import VERB, TurtleSerializer
from rdflib.term import Node

from g7graph import vocab

#: The plain forms of Turtle 1.1 §2.5.2 and §2.5.3.
_PLAIN = {
    vocab.XSD + "integer": re.compile(r"-?(?:0|[1-9][0-9]*)"),
    vocab.XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    vocab.XSD + "boolean": re.compile("true|false"),
}
_HEADER = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")


class _SortedSerializer(TurtleSerializer):
    """rdflib's Turtle with a total order of everything it writes."""

    def orderSubjects(self) -> list[Any]:  # noqa: N802 - rdflib's name
        """Return the subjects: IRIs sorted, then blank nodes, first those nothing refers to: the rest nest in them."""
        nested = {node: self._references[node] for node in self._subjects if isinstance(node, BNode)}
        return sorted(self._subjects, key=lambda node: (node in nested, nested.get(node, 0), str(node)))

    def sortProperties(self, properties: Any) -> list[Any]:  # noqa: N802 - rdflib's name
        """Sort the objects of each predicate in place; return the predicates in order."""
        for objects in properties.values():
            objects.sort(key=self._object_key)
        first = [predicate for predicate in self.predicateOrder if predicate in properties]
        return first + sorted(predicate for predicate in properties if predicate not in first)

    def label(self, node: Any, position: int) -> str:
        """Write a term; a literal plain only where plain Turtle has its very form."""
        plain = _PLAIN.get(str(node.datatype)) if isinstance(node, Literal) else None
        if isinstance(node, Literal) and node.datatype and not (plain and plain.fullmatch(str(node))):
            return node._literal_n3(use_plain=False, qname_callback=lambda iri: self.get_pname(iri, position == VERB))  # noqa: SLF001 - as rdflib's own serialiser does
        return str(super().label(node, position))

    @staticmethod
    def _object_key(node: Node) -> tuple[bool, str]:
        return isinstance(node, BNode), node.n3()


def canonical(graph: Graph, *, header: str = "") -> str:
    """Write a graph as canonical Turtle.

    `header` is put on top as it is: comment lines that say what the file is. Literals keep their lexical form.
    """
    plain = Graph(bind_namespaces="none")
    for prefix, namespace in _prefixes(graph).items():
        plain.bind(prefix, URIRef(namespace), override=True, replace=True)
    named = to_canonical_graph(graph) if any(isinstance(node, BNode) for node in graph.all_nodes()) else graph
    for triple in named:
        plain.add(triple)
    out = io.BytesIO()
    _SortedSerializer(plain).serialize(out, spacious=True)
    body = re.sub(r"\n{3,}", "\n\n", out.getvalue().decode("utf-8")).strip("\n")
    head = header.strip("\n")
    return f"{head}\n{body}\n" if head else f"{body}\n"


def _prefixes(graph: Graph) -> dict[str, str]:
    """The project's prefixes, and a file's own for what they do not reach."""
    taken = set(vocab.PREFIXES.values())
    own = {prefix: str(space) for prefix, space in sorted(graph.namespaces()) if str(space) not in taken}
    return {**own, **vocab.PREFIXES}


def header_of(text: str) -> str:
    r"""Return the comment lines a Turtle text opens with.

    >>> header_of("# The agencies.\n@prefix x: <http://x/> .\n")
    '# The agencies.'
    """
    found = _HEADER.match(text)
    return found.group().strip("\n") if found else ""


def format_text(text: str) -> str:
    """Return a Turtle text in canonical form, its opening comment lines kept.

    Raises rdflib's `BadSyntax` for text that is not Turtle.
    """
    return format_statements(text, header=header_of(text))


def format_statements(text: str, *, header: str) -> str:
    """Return the statements of a Turtle or N-Triples text in canonical form below a header.

    Raises rdflib's `BadSyntax` for text that is neither.
    """
    graph = Graph(bind_namespaces="none")
    with _as_written():
        graph.parse(data=text, format="turtle")
        return canonical(graph, header=header)


@contextmanager
def _as_written() -> Iterator[None]:
    """Have rdflib keep literals as they are written: it would make one triple of "01" and "1"."""
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before
