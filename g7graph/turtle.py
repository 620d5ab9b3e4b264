"""The canonical form of a Turtle file: same triples, same bytes.

rdflib's serialiser with its order fixed: subjects by IRI, `a` and the label first, then predicates by IRI, objects by
their N-Triples form; blank nodes are named by RDFC-like hashing before, so that they do not move between runs.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import rdflib
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import to_canonical_graph
from rdflib.plugins.serializers.turtle import VERB, TurtleSerializer
from rdflib.term import Node

from g7graph import vocab
from g7graph.errors import DataError

#: The plain forms of Turtle 1.1 §2.5.2 and §2.5.3.
_PLAIN = {
    vocab.XSD + "integer": re.compile(r"-?(?:0|[1-9][0-9]*)"),
    vocab.XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    vocab.XSD + "boolean": re.compile("true|false"),
}
_HEADER = re.compile(r"(?:[ \t]*(?:#[^\n]*)?(?:\n|\Z))*")
#: Turtle 1.1 §6.5, no finer than it takes to find comments and where statements end.
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
  | (?P<string>\"{3}(?:[^"\\]|\\.|\"{1,2}(?!\"))*\"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
      | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
  | (?P<iri><[^<>\s]*>)
  | (?P<name>(?:[^\s\#"'<>\[\](),;.\\]|\\.|\.(?![\s\#"'<>\[\](),;]|\Z))+)
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVES = ("@prefix", "@base", "prefix", "base")

#: Comment lines by the subject that they stand above.
Above = Mapping[Node, Sequence[str]]


@dataclass(frozen=True)
class Comments:
    """The comments of a Turtle text below its header: those above a subject, the lines of those that are not."""

    above: dict[Node, list[str]] = field(default_factory=dict)
    elsewhere: list[int] = field(default_factory=list)


class _SortedSerializer(TurtleSerializer):
    """rdflib's Turtle with a total order of everything it writes, and comments above subjects."""

    def __init__(self, store: Graph, above: Above) -> None:
        super().__init__(store)
        self._above = above

    def s_default(self, subject: Any) -> bool:
        """Write the comments above a subject, and what is said of it."""
        for line in self._above.get(subject, ()):
            self.write(f"\n{line}")
        return super().s_default(subject)

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


def canonical(graph: Graph, *, header: str = "", above: Above | None = None) -> str:
    """Write a graph as canonical Turtle.

    `header` is put on top as it is: comment lines that say what the file is; `above` above the subjects. Literals keep
    their lexical form.
    """
    plain = Graph(bind_namespaces="none")
    for prefix, namespace in _prefixes(graph).items():
        plain.bind(prefix, URIRef(namespace), override=True, replace=True)
    named = to_canonical_graph(graph) if any(isinstance(node, BNode) for node in graph.all_nodes()) else graph
    for triple in named:
        plain.add(triple)
    out = io.BytesIO()
    _SortedSerializer(plain, above or {}).serialize(out)
    body = out.getvalue().decode("utf-8").strip("\n")
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


def above_of(text: str, *, name: str = "") -> Above:
    """Return the comments above the subjects of a Turtle text.

    Raises DataError, with `name` as its path, for a text with comments elsewhere: writing it anew would lose them.
    """
    comments = comments_of(text) if "#" in text else Comments()
    if comments.elsewhere:
        lines = sorted(comments.elsewhere)
        raise DataError("comments_elsewhere", path=name, line=lines[0], detail=", ".join(map(str, lines)))
    return comments.above


def comments_of(text: str) -> Comments:
    """Read the comments of a Turtle text, the header aside; the text is known to be Turtle."""
    comments, waiting, prologue = Comments(), list[re.Match[str]](), ""
    first: re.Match[str] | None = None
    header = _HEADER.match(text)
    for token in _TOKEN.finditer(text, header.end() if header else 0):
        if token.lastgroup == "comment":
            if first is None and not text[text.rfind("\n", 0, token.start()) + 1 : token.start()].strip():
                waiting.append(token)
            else:
                comments.elsewhere.append(_line(text, token))
        elif token.lastgroup != "space":
            if first is None:
                first = token
                _place(waiting, _subject(prologue, token) if waiting else None, text, comments)
            if _ends(token, first):
                is_directive = first.group().lower() in _DIRECTIVES
                prologue += text[first.start() : token.end()] + "\n" if is_directive else ""
                first = None
    _place(waiting, None, text, comments)
    return comments


def _place(waiting: list[re.Match[str]], subject: Node | None, text: str, comments: Comments) -> None:
    """Put comments above the subject that follows them, else among those that stand elsewhere."""
    if subject is None:
        comments.elsewhere.extend(_line(text, one) for one in waiting)
    else:
        comments.above.setdefault(subject, []).extend(one.group().rstrip() for one in waiting)
    waiting.clear()


def _subject(prologue: str, token: re.Match[str]) -> Node | None:
    """Return the IRI that a statement begins with; None where it begins with something else."""
    word = token.group()
    if token.lastgroup not in ("iri", "name") or word.lower() in _DIRECTIVES or word.startswith("_:"):
        return None
    return next(Graph().parse(data=f"{prologue}{word} <x:x> <x:x> .", format="turtle").subjects())


def _ends(token: re.Match[str], first: re.Match[str]) -> bool:
    """Whether a token ends the statement that began with another: a dot, or the IRI of SPARQL's PREFIX and BASE."""
    return token.group() == "." or (token.lastgroup == "iri" and first.group().lower() in ("prefix", "base"))


def _line(text: str, token: re.Match[str]) -> int:
    return text.count("\n", 0, token.start()) + 1


def format_text(text: str, *, name: str = "") -> str:
    """Return a Turtle text in canonical form, with the comments it opens with and those above a subject.

    Raises DataError, with `name` as its path, for one with comments elsewhere, which would be lost; rdflib's
    `BadSyntax` for text that is not Turtle.
    """
    return format_statements(text, header=header_of(text), above=above_of(text, name=name))


def format_statements(text: str, *, header: str, above: Above | None = None) -> str:
    """Return the statements of a Turtle or N-Triples text in canonical form below a header, with comments.

    Raises rdflib's `BadSyntax` for text that is neither.
    """
    graph = Graph(bind_namespaces="none")
    with _as_written():
        graph.parse(data=text, format="turtle")
        return canonical(graph, header=header, above=above)


@contextmanager
def _as_written() -> Iterator[None]:
    """Have rdflib keep literals as they are written: it would make one triple of "01" and "1"."""
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before
