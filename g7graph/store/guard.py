"""What a query or update text asks for beyond the local data, seen before it is evaluated.

The engine exposes no parser, so the text is cut into the tokens of SPARQL 1.1 §19.8 that can hide a keyword (comments,
strings, IRIs, prefixed names, variables) and bare words; only bare words can be keywords. Where a text can be cut in
two ways, what either of them shows counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from g7graph import vocab
from g7graph.errors import QueryError

#: What relative IRIs of a query or an update are relative to (SPARQL 1.1 §4.1.1): the service.
BASE = vocab.BASE + "sparql"
#: What names cannot hold: as what they can hold, which is most of Unicode, it would take three times as long to compile
#: at each start. PN_CHARS with `-`, `.` and `:` is all else; PN_CHARS_BASE less than that.
_NEVER = (
    r"\x00-,/;-@\[-^`{-\xb6\xb8-\xbf\xd7\xf7\u037e\u2000-\u200b\u200e-\u203e\u2041-\u206f\u2190-\u2bff\u2ff0-\u3000"
    r"\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff"
)
_BASE = rf"[^{_NEVER}\-.:_0-9\xb7\u0300-\u036f\u203f\u2040]"
_INNER = rf"[^{_NEVER}\-.:]"
_INNER_DASH, _INNER_DASH_COLON, _INNER_ANY = rf"[^{_NEVER}.:]", rf"[^{_NEVER}.]", rf"[^{_NEVER}]"
_TOKEN = re.compile(
    rf"""
    (?P<comment>\#[^\r\n]*+)
  | (?P<long>\"{{3}}(?:[^"\\]|\\.|\"{{1,2}}(?!\"))*+\"{{3}} | '{{3}}(?:[^'\\]|\\.|'{{1,2}}(?!'))*+'{{3}})
  | (?P<unfinished>\"\"(?=\") | ''(?='))
  | (?P<string>"(?:[^"\\\r\n]|\\.)*+"? | '(?:[^'\\\r\n]|\\.)*+'?)
  | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*+>)
  | (?P<variable>[?$]{_INNER}+)
  | (?P<language>@[A-Za-z]+(?:--?[A-Za-z0-9]+)*)
  | (?P<name>(?:{_BASE}{_INNER_DASH}*+(?:\.+{_INNER_DASH}++){{0,9}}+)?
      :(?:(?:{_INNER_ANY}|%[0-9A-Fa-f]{{2}}|\\.)*(?:{_INNER_DASH_COLON}|%[0-9A-Fa-f]{{2}}|\\.))?)
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?)
  | (?P<word>{_BASE}{_INNER_DASH}*+)
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
#: What is an IRI after a term and, after a value, `<`, an expression and a comment or string.
_AMBIGUOUS = re.compile(r"<(?:(?!//)[^#'>])*[#']")
_OUTBOUND = ("SERVICE", "LOAD")
_ANY_OUTBOUND = re.compile("|".join(_OUTBOUND), re.IGNORECASE)
PROLOGUE = ("BASE", "PREFIX", "VERSION")
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY")
_TRUTHS = ("TRUE", "FALSE")
_ODD_TRUTH = re.compile(r"(?!true|false)(?i:true|false)")
_HIDDEN = ("comment", "space")
_MOST_UNFINISHED = 9
_DEEPEST = 200
_USUAL_CHARACTERS = 10_000


class Token(NamedTuple):
    """A piece of a text: its kind (a group of the pattern), how it is written, where it begins."""

    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """The bare word that it is, upper case; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, without white space and comments.

    Raises QueryError where strings are begun again and again and never end: each is looked for to the end of the text.
    """
    unfinished = 0
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        unfinished += kind == "unfinished"
        if unfinished > _MOST_UNFINISHED:
            line, column = position(text, found.start())
            raise QueryError("syntax", detail=found.group(), line=line, column=column)
        if kind not in _HIDDEN:
            yield Token(kind, found.group(), found.start())


def words(text: str) -> tuple[tuple[str, int], ...]:
    """Return the bare words of a query, upper case, each with its offset. Raises QueryError as `tokens`.

    Texts of usual length are kept for a while: several questions are asked of each, and a saved query comes again.

    >>> [word for word, _ in words('SELECT ?service { ?service <SERVICE> "LOAD" } # FROM')]
    ['SELECT']
    """
    return _kept_words(text) if len(text) <= _USUAL_CHARACTERS else _words(text)


def _words(text: str) -> tuple[tuple[str, int], ...]:
    return tuple((token.word, token.start) for token in tokens(text) if token.kind == "word")


_kept_words = lru_cache(maxsize=32)(_words)


def first_word(text: str, wanted: Callable[[str], bool]) -> tuple[str, int]:
    """Return the first bare word that is wanted, upper case, and its offset; empty where there is none."""
    found = (token for token in tokens(text) if token.kind == "word" and wanted(token.word))
    return next(((token.word, token.start) for token in found), ("", 0))


def has_word(text: str, wanted: re.Pattern[str]) -> bool:
    """Whether one of the bare words of a query matches; what does not occur at all costs no cutting up."""
    return bool(wanted.search(text)) and any(wanted.fullmatch(word) for word, _ in words(text))


def refuse_outbound(text: str) -> None:
    """Raise QueryError where a text would have the engine call another server (SERVICE, LOAD)."""
    for word, offset in outbound(text):
        line, column = position(text, offset)
        raise QueryError("outbound", detail=word, line=line, column=column)


def outbound(text: str) -> Iterator[tuple[str, int]]:
    """Yield each word that would have an engine call another server, with its offset, in whichever way it reads a text.

    Some resolve code point escapes before all else, as SPARQL 1.1 §19.2 says, ours only in strings and IRIs; and a `<`
    may begin an IRI or compare two values.
    """
    readings = [text, unescaped(text)] if "\\" in text else [text]
    for reading in filter(_ANY_OUTBOUND.search, readings):  # cutting a long text up takes longer than evaluating it
        for word, offset in words(reading):
            if word in _OUTBOUND:
                yield word, min(offset, len(text))
    found = _ANY_OUTBOUND.search(text)
    if found and any(token.kind == "iri" and _AMBIGUOUS.match(token.text) for token in tokens(text)):
        yield found.group().upper(), found.start()


def refuse_deep(text: str) -> None:
    """Raise QueryError for nesting that the engine, which calls itself for each level, could not end well."""
    found = too_deep(text)
    if found:
        line, column = position(text, found.start)
        raise QueryError("too_deep", line=line, column=column, path="SPARQL")


def too_deep(text: str) -> Token | None:
    """Return the bracket that stands within too many others; None where none does."""
    if sum(map(text.count, "({[")) > _DEEPEST:
        depth = 0
        for token in tokens(text):
            depth += (token.text in "({[") - (token.text in ")}]") if token.kind == "other" else 0
            if depth > _DEEPEST:
                return token
    return None


def kind_of(text: str) -> str:
    """Return what a text is by its first word after the prologue: `query`, `update` or empty where it is neither.

    >>> kind_of("PREFIX select: <http://x/> DELETE WHERE { ?s ?p ?o }"), kind_of("PREFIX a: <http://x/>")
    ('update', '')
    """
    found, _ = _first(text)
    return "query" if found in FORMS else "update" if found in _UPDATES else ""


def refuse_update(text: str) -> None:
    """Raise QueryError where a text is no query: a service that is asked through us is only ever read."""
    for reading in {text, unescaped(text)}:
        word, offset = _first(reading)
        if word not in FORMS:
            line, column = position(reading, offset)
            raise QueryError("syntax", detail=" · ".join(FORMS), line=line, column=column)


def readable(text: str) -> str:
    """Write TRUE and FALSE as the engine reads them, which are keywords in whatever case (SPARQL 1.1 §19.8, note 1).

    Nothing moves: they are as long as before.
    """
    parts, done = [], 0
    for word, offset in words(text) if _ODD_TRUTH.search(text) else ():
        if word in _TRUTHS:
            end = offset + len(word)
            parts += [text[done:offset], word.lower()]
            done = end
    return "".join((*parts, text[done:]))


def _first(text: str) -> tuple[str, int]:
    return first_word(text, lambda word: word not in PROLOGUE)


def position(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, both from 1, of an offset."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def unescaped(text: str) -> str:
    """Resolve code point escapes wherever they stand, a keyword included."""
    return _ESCAPED.sub(lambda found: chr(min(int(found[1] or found[2], 16), 0x10FFFF)), text)
