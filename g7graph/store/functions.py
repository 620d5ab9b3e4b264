"""Functions that only one engine has, seen before a text is sent to it: some ask other servers, some run procedures.

Virtuoso has `bif:http_get`, `sql:` and, by a name without a scheme, procedures of its database; Jena has classes below
`java:`. What the standards and their users call functions of extension is named by `http`, `https` or `urn`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from g7graph import vocab
from g7graph.errors import QueryError
from g7graph.store.guard import Token, position, tokens, unescaped

_PASSED = re.compile(r"<?(?:https?|urn):[^\\]*", re.IGNORECASE)
#: Refused wherever they stand, even in what we read as a comment or a string: an engine may cut a text otherwise. The
#: search of words, `bif:contains`, is a property.
_OWN = re.compile(r"\b(?:bif|java|sql):(?!contains\b)[\w.>]+", re.IGNORECASE)


def refuse_own(text: str) -> None:
    """Raise QueryError where a text calls a function that an engine may have for itself."""
    found = _OWN.search(text) or _OWN.search(unescaped(text))
    call = (found.group(), min(found.start(), len(text))) if found else next(_calls(text), None)
    if call:
        line, column = position(text, call[1])
        raise QueryError("own_function", detail=call[0], line=line, column=column)


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
