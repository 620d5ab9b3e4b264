"""Which format an answer takes: its extension, else `?format=`, else `Accept` (RFC 9110 §12.5.1). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

#: What stands between two of them; those in quoted strings are text (RFC 9110 §5.6.4). Possessive: headers are hostile.
_BETWEEN_COMMAS, _BETWEEN_SEMICOLONS = (
    re.compile(rf'(?:[^{mark}"]++|"(?:\\.|[^"\\])*+(?:"|\\?\Z))++', re.DOTALL) for mark in ",;"
)


@dataclass(frozen=True)
class Format:
    """A format on offer: its short name (also its extension), the media type it is sent as, those it is asked by."""

    name: str
    media_type: str
    aliases: tuple[str, ...] = ()

    def quality(self, ranges: Sequence[Range]) -> tuple[float, int]:
        """Return the quality that the most specific fitting range gives it, and how specific that range is."""
        names = {self.media_type.partition(";")[0], *self.aliases}
        fitting = [(one.specificity, one.q) for one in ranges if any(one.fits(name) for name in names)]
        specificity, q = max(fitting, default=(0, 0.0))
        return q, specificity


@dataclass(frozen=True)
class Range:
    """A media range of an `Accept` header with its quality."""

    main: str
    sub: str
    q: float

    @property
    def specificity(self) -> int:
        """How specific it is: 0 for `*/*`, 1 for `text/*`, 2 for a media type."""
        return (self.main != "*") + (self.sub != "*")

    def fits(self, media_type: str) -> bool:
        """Whether a media type is in the range."""
        main, _, sub = media_type.partition("/")
        return self.main in ("*", main) and self.sub in ("*", sub)


def ranges(accept: str) -> list[Range]:
    """Read an `Accept` header; what is not a media range is passed over, a quality that is no number counts as 1.

    >>> [(one.sub, one.q) for one in ranges("text/turtle, text/html;q=0.5, nonsense")]
    [('turtle', 1.0), ('html', 0.5)]
    """
    found = []
    for part in _BETWEEN_COMMAS.findall(accept):
        media_type, *params = [piece.strip().lower() for piece in _BETWEEN_SEMICOLONS.findall(part)] or [""]
        main, slash, sub = media_type.partition("/")
        if slash and main and sub:
            found.append(Range(main, sub, _quality(params)))
    return found


def choose(accept: str | None, offered: Sequence[Format]) -> Format | None:
    """Return what an `Accept` header likes best of what is offered, the first where it does not mind.

    Equal qualities: the more specific range wins, then the order of the offer. None where nothing fits.

    >>> html, turtle = Format("html", "text/html"), Format("ttl", "text/turtle")
    >>> choose("text/turtle, */*;q=0.1", [html, turtle]).name
    'ttl'
    >>> choose("image/png", [html, turtle]) is None
    True
    """
    wanted = ranges(accept or "*/*")
    ranked = [(one.quality(wanted), -place, one) for place, one in enumerate(offered)]
    (q, _), _, best = max(ranked, key=lambda one: one[:2])
    return best if q > 0 else None


def named(name: str, offered: Sequence[Format]) -> Format | None:
    """Return the format of a short name or a media type, None for one not offered.

    >>> named("text/turtle", [Format("ttl", "text/turtle")]).name
    'ttl'
    """
    wanted = name.strip().lower()
    for one in offered:
        if wanted in (one.name, one.media_type.partition(";")[0], *one.aliases):
            return one
    return None


def extension_of(name: str | None, offered: Sequence[Format]) -> Format | None:
    """Return the format of an extension; None for one not offered."""
    return next((one for one in offered if one.name == name), None)


def split_extension(path: str, offered: Sequence[Format]) -> tuple[str, Format | None]:
    """Cut a known extension off a path; the dots of a key stay.

    >>> split_extension("indicator/4.4.ttl", [Format("ttl", "text/turtle")])[0]
    'indicator/4.4'
    >>> split_extension("indicator/4.4", [Format("ttl", "text/turtle")])
    ('indicator/4.4', None)
    """
    stem, dot, extension = path.rpartition(".")
    for one in offered:
        if dot and stem and extension == one.name:
            return stem, one
    return path, None


def _quality(params: Sequence[str]) -> float:
    for param in params:
        name, _, value = param.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 1.0
            return 1.0 if isnan(quality) else min(max(quality, 0.0), 1.0)
    return 1.0
