"""The links of a page: each is found by an HTML parser and marked; what is not a link stays as it was written.

A mark is set off by NUL, which no page may hold; it is replaced when it is known where all files are.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser
from itertools import accumulate

from g7graph.freeze.address import Address, Link, Root

_NUL, _SEPARATOR = "\0", "\n"
_REPLACED = "\ufffd"  # what a browser reads where a page has NUL
#: The attributes of each element that a browser follows or loads.
_FOLLOWED = {
    "a": ("href", "xlink:href"),
    "area": ("href",),
    "audio": ("src",),
    "button": ("formaction",),
    "embed": ("src",),
    "form": ("action",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "input": ("src", "formaction"),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
_SENT = ("action", "formaction")
_LISTED = "loc"  # the element of a site map that holds an address

Attributes = list[tuple[str, str | None]]


@dataclass(frozen=True)
class Mark:
    """A link to be put in its place; one that `sends` sends what somebody filled in, an `absolute` one stays so."""

    link: Link
    sends: bool = False
    absolute: bool = False

    def __str__(self) -> str:
        link, flags = self.link, ("sends" * self.sends, "absolute" * self.absolute)
        return _NUL + _SEPARATOR.join((link.address.key, link.fragment, link.lang, *flags)) + _NUL


@dataclass(frozen=True)
class Place:
    """A mark as it is read again: the key of an address, a part of it, the language, what kind it is."""

    url: str
    fragment: str
    lang: str
    sends: bool
    absolute: bool

    @classmethod
    def read(cls, written: str) -> Place:
        """Read what stands between two NULs, as an attribute is written."""
        url, fragment, lang, *flags = unescape(written).split(_SEPARATOR)
        return cls(url, fragment, lang, *map(bool, flags))


@dataclass(frozen=True)
class Marked:
    """A page with its links marked, the addresses that it leads to, and the parts that links can lead to."""

    text: str
    links: frozenset[Address]
    parts: frozenset[str]


def marked(text: str, page: Address, root: Root, *, footer: str = "", absolute: bool = False) -> Marked:
    """Mark the links of a page that stay in the publication; `footer` is put at the end of the last footer.

    Those of a feed or a site map are `absolute`: whoever reads them has them from elsewhere.
    """
    reader = _Reader(text.replace(_NUL, _REPLACED), page, root, absolute=absolute)
    if footer and reader.footer is not None:
        reader.edits.append((reader.footer, reader.footer, footer))
    return Marked(reader.written(), frozenset(reader.links), frozenset(reader.parts))


def split(text: str) -> list[str]:
    """Split a marked page: every second piece is a mark."""
    return text.split(_NUL)


class _Reader(HTMLParser):
    def __init__(self, text: str, page: Address, root: Root, *, absolute: bool) -> None:
        super().__init__()
        self.links: set[Address] = set()
        self.parts: set[str] = set()
        self.edits: list[tuple[int, int, str]] = []
        self.footer: int | None = None
        self._text, self._page, self._root, self._absolute = text, page, root, absolute
        self._lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._listed = 0
        self.feed(text)
        self.close()

    def written(self) -> str:
        """Return the text with what was changed."""
        pieces, last = [], 0
        for start, end, replacement in sorted(self.edits):
            pieces += [self._text[last:start], replacement]
            last = end
        return "".join([*pieces, self._text[last:]])

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.parts.update(value for name, value in attrs if name == "id" and value)
        self._listed = self._here() + len(self.get_starttag_text() or "")
        followed = _FOLLOWED.get(tag.rpartition(":")[2], ())
        if tag == "link" and "canonical" in (dict(attrs).get("rel") or "").split():
            return
        if tag == "form" and not dict(attrs).get("action"):  # it is sent to the page itself
            attrs = [*((name, value) for name, value in attrs if name != "action"), ("action", "?")]
        after = [(name, self._value(name, value) if name in followed and value else value) for name, value in attrs]
        if after != attrs:
            self._replace(tag, after)

    def handle_endtag(self, tag: str) -> None:
        if tag == "footer":
            self.footer = self._here()
        if tag == _LISTED and self._absolute:
            address = unescape(self._text[self._listed : self._here()])
            self.edits.append((self._listed, self._here(), escape(self._mark(address, tag))))

    def _value(self, name: str, value: str) -> str:
        if name == "srcset":
            candidates = (one.split(maxsplit=1) for one in value.split(",") if one.strip())
            return ", ".join(" ".join([self._mark(url, name), *size]) for url, *size in candidates)
        return self._mark(value, name)

    def _mark(self, value: str, name: str) -> str:
        link = None if value.startswith("#") else self._root.read(value, self._page)
        if link is None:
            return value
        if name not in _SENT:
            self.links.add(link.address)
        return str(Mark(link, name in _SENT, self._absolute))

    def _replace(self, tag: str, attrs: Attributes) -> None:
        """Write a start tag anew; a form that was to post asks instead, for no file takes what is posted."""
        raw = self.get_starttag_text() or ""
        if tag == "form":
            attrs = [(name, "get" if name == "method" else value) for name, value in attrs]
        written = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
        start = self._here()
        self.edits.append((start, start + len(raw), f"<{tag}{written}{'/>' if raw.endswith('/>') else '>'}"))

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
