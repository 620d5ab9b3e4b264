"""What only one engine has, seen before a text is sent to it: some of it asks other servers, some runs procedures.

Virtuoso has `bif:http_get`, `sql:` and, by a name without a scheme, procedures of its database; Jena has classes below
`java:`. What the standards and their users call functions of extension is named by `http`, `https` or `urn`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from g7graph import vocab
from g7graph.errors import QueryError
from g7graph.store.guard import Token, position, tokens, unescaped

_PASSED = re.compile(r"<?(?:https?|urn):[^\\]*", re.IGNORECASE)
#: Refused wherever they stand, even in what we read as a comment or a string: an engine may cut a text otherwise. The
#: search of words, `bif:contains`, is a property.
_OWN = re.compile(r"\b(?:bif|java|sql):(?!contains\b)[\w.>]+", re.IGNORECASE)
#: What has Virtuoso fetch or replace graphs: names that mean nothing but beside these words. Refused as well wherever
#: they stand, together.
_PRAGMA = re.compile(r"\b(?:define|option)\b", re.IGNORECASE)
_PRAGMA_NAME = re.compile(r"\b(?:get|input|output):[\w-]+", re.IGNORECASE)


def refuse_own(text: str) -> None:
    """Raise QueryError where a text calls a function that an engine may have for itself."""
    readings = _readings(text)
    found = next(filter(None, map(_OWN.search, readings)), None)
    if found:
        raise _own(text, found.group(), found.start())
    for name, start in chain.from_iterable(map(_calls, readings)):
        raise _own(text, name, start)


def refuse_pragmas(text: str) -> None:
    """Raise QueryError where a text has, in a comment or string, what an engine may take as told to it."""
    for reading in _readings(text):
        found = _PRAGMA_NAME.search(reading) if _PRAGMA.search(reading) else None
        if found:
            raise _own(text, found.group(), found.start())


def _readings(text: str) -> list[str]:
    return [text, unescaped(text)] if "\\" in text else [text]


def _own(text: str, name: str, start: int) -> QueryError:
    line, column = position(text, min(start, len(text)))
    return QueryError("own_function", detail=name, line=line, column=column)


def _calls(text: str) -> Iterator[tuple[str, int]]:
    """Yield each function that is called by a name that is not passed on, with its offset."""
    declared: dict[str, list[str]] = {}
    last = [Token("", "", 0)] * 2
    for token in tokens(text):
        if token.kind == "iri" and last[0].word == "PREFIX":
            declared.setdefault(last[1].text, []).append(token.text)
        if token.text == "(" and last[1].kind in ("iri", "name") and not _is_passed(last[1], declared):
            yield last[1].text, last[1].start
        last = [last[1], token]


def _is_passed(name: Token, declared: dict[str, list[str]]) -> bool:
    if name.kind == "iri":
        return bool(_PASSED.fullmatch(name.text))
    prefix = name.text.partition(":")[0]
    return all(map(_PASSED.fullmatch, declared.get(f"{prefix}:", [vocab.PREFIXES.get(prefix, "")])))
