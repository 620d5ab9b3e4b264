"""What a server of files needs to choose by `Accept` and `Accept-Language`: patterns, the most wanted first.

A pattern finds a media type or a language with a quality of so many tenths (RFC 9110 §12.4.2); whichever comes first in
the list and is found in the header is what the client likes best. Patterns are for PCRE, without case; they have no
backslash and no quotation mark, so that they can stand between quotation marks anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from g7graph import i18n
from g7graph.web import formats

_PAGE = ("html", ("text/html", "application/xhtml+xml"))
_BEGIN, _END = "(^|,) *", " *(,|$)"
_PARAMETERS = "( *;(?! *q *=)[^,;]*)*"
_SPECIAL = str.maketrans({one: f"[{one}]" for one in ".+*"})
_TENTHS = range(9, 0, -1)


@dataclass(frozen=True)
class Preference:
    """A pattern, and what is chosen where it is found."""

    pattern: str
    choice: str


def of_formats() -> list[Preference]:
    """Return the patterns of `Accept`; what is chosen is an extension. Of equals, a page comes first, then a graph."""
    offered = [_PAGE, *((one.name, _names(one.media_type)) for one in (*formats.GRAPHS, *formats.TABLES))]
    known = [*offered, ("json", ("application/json",)), ("xml", ("application/xml", "text/xml"))]
    return [*_ranked((name, "|".join(types).translate(_SPECIAL)) for name, types in known)]


def of_languages(default: str) -> list[Preference]:
    """Return the patterns of `Accept-Language`; what is chosen is the mark of a file, empty in the default language."""
    marks = {lang: "" if lang == default else f".{lang}" for lang in i18n.LANGUAGES}
    ranges = [(marks[lang], f"{lang}(-[a-z0-9-]*)?") for lang in i18n.LANGUAGES]
    first = [Preference(f"^ *({one}){_END}", mark) for mark, one in ranges]
    return [*first, *_ranked(ranges)]


def _ranked(wanted: Iterable[tuple[str, str]]) -> Sequence[Preference]:
    known = [*wanted]
    best = [Preference(f"{_BEGIN}({one}){_PARAMETERS}( *; *q *= *1[.0]*)?{_END}", name) for name, one in known]
    lesser = [
        Preference(f"{_BEGIN}({one}){_PARAMETERS} *; *q *= *0?[.]{tenth}", name)
        for tenth in _TENTHS
        for name, one in known
    ]
    return [*best, *lesser]


def _names(media_type: str) -> tuple[str, ...]:
    return (media_type.partition(";")[0],)
