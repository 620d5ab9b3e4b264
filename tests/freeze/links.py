"""A checker of links: every relative link of a copy leads to a file, every fragment to an id."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LED_BY = ("href", "src", "action", "data", "poster", "formaction", "xlink:href")


class Page(HTMLParser):
    """A page: its ids and where it leads, each with the element that does."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.ids.add(said.get("id") or "")
        self.links += [(tag, said[name] or "") for name in LED_BY if name in said]
        if tag == "meta" and said.get("http-equiv") == "refresh":
            self.links.append((tag, (said["content"] or "").partition("url=")[2]))


@dataclass
class Checked:
    """What was found: how many relative links, those that lead nowhere, and the targets of all by page."""

    relative: int = 0
    dead: list[tuple[str, str]] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)


def checked(folder: Path) -> Checked:
    """Check all pages of a copy but that of addresses there are not, which is shown at any depth."""
    found = Checked()
    for path in sorted(folder.rglob("*.html")):
        found.pages[path.relative_to(folder).as_posix()] = Page(path.read_text(encoding="utf-8"))
    for name, page in found.pages.items():
        if name.startswith("404."):
            continue
        for _, link in page.links:
            if urlsplit(link).scheme or link.startswith("//"):
                continue
            found.relative += 1
            if not leads(folder, found.pages, name, link):
                found.dead.append((name, link))
    return found


def leads(folder: Path, pages: dict[str, Page], name: str, link: str) -> bool:
    """Whether a link of a page leads somewhere."""
    parts = urlsplit(link)
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
    if link.startswith("/") or target.startswith("..") or not (folder / target).is_file():
        return False
    return not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].ids


def files(folder: Path) -> Iterator[str]:
    """Yield the names of all files of a folder."""
    yield from sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
