"""Putting links in their place: each leads from its page to the file that holds what it leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import unquote

from g7graph import i18n
from g7graph.freeze import own
from g7graph.freeze.address import CITED, href
from g7graph.freeze.found import Atlas, Kept, Moved, Written, write
from g7graph.freeze.links import Place, split

_UP = "../"
_REDIRECTION = """<!doctype html>
<html lang="{lang}">
<meta charset="utf-8">
<title>{path}</title>
<meta http-equiv="refresh" content="0; url={target}">
<link rel="canonical" href="{target}">
<p><a href="{target}">{path}</a></p>
</html>
"""


@dataclass(frozen=True)
class Settler:
    """Knows where everything is; `url` is where absolute addresses begin, `mount` the path of the copy on its host.

    `lang` is the language of files without a mark.
    """

    folder: Path
    atlas: Atlas
    url: str
    mount: str
    lang: str

    def settle(self, files: Iterable[Written]) -> list[Written]:
        """Put the links of all files that have marks in their place; return the files as they are then."""
        return [self._settled(file) if file.marked else file for file in files]

    def redirections(self) -> dict[str, str]:
        """Return what leads on: path → file, and where in it."""
        found: dict[str, str] = {}
        for url, outcome in self.atlas.items():
            end, fragment = self.atlas.end(url)
            if isinstance(outcome, Moved) and isinstance(end, Kept) and "?" not in url:
                found[unquote(url)] = self._target(end, self.lang, fragment)
        return found

    def lead(self, redirections: dict[str, str]) -> list[Written]:
        """Write a small page for all that leads on, for what is a page and a folder, and for what pages say to cite.

        Who cites an address writes it down as it is, without extension; it has to lead somewhere on any host.
        """
        pages = [one for one in self.atlas.values() if isinstance(one, Kept) and one.extension == "html"]
        leading = [one for one in pages if (self.folder / one.stem).is_dir() or one.stem.startswith(CITED)]
        led = {one.stem: self._target(one, self.lang) for one in leading}
        return [self._leading(path.rstrip("/"), target) for path, target in {**led, **redirections}.items()]

    def _leading(self, path: str, target: str) -> Written:
        name = f"{path}/index.html"
        said = {"path": escape(path), "target": escape(_UP * name.count("/") + target), "lang": self.lang}
        return write(self.folder, name, _REDIRECTION.format(**said).encode())

    def _settled(self, file: Written) -> Written:
        pieces = split((self.folder / file.name).read_text(encoding="utf-8"))
        lang = self._language(file.name)
        up = f"{self.mount}/" if self._is_unknown(file.name) else _UP * file.name.count("/")
        places = [Place.read(piece) for piece in pieces[1::2]]
        pieces[1::2] = [(f"{self.url}/" if one.absolute else up) + self._place(one, lang) for one in places]
        return write(self.folder, file.name, "".join(pieces).encode())

    def _place(self, place: Place, lang: str) -> str:
        """Return what holds that to which a link leads; the notice where nothing does."""
        lang = place.lang or lang
        outcome, fragment = self.atlas.end(place.url, place.fragment)
        is_search = place.url.partition("?")[0] == own.SEARCH.path
        if is_search:
            outcome = self.atlas[own.SEARCH.url]
        if isinstance(outcome, Kept) and (is_search or not place.sends):
            return self._target(outcome, lang, fragment)
        notice = self.atlas[own.NOTICE.url]
        assert isinstance(notice, Kept)  # noqa: S101 - it is rendered here
        return self._target(notice, lang, own.reason(place.url))

    def _target(self, kept: Kept, lang: str, fragment: str = "") -> str:
        """Return the file, and the part of it unless it is a page that has no such part."""
        name = kept.file(lang, self.lang)
        has_part = fragment and unquote(fragment) in self.atlas.parts.get(name, {unquote(fragment)})
        return href(name) + (f"#{fragment}" if has_part else "")

    def _language(self, name: str) -> str:
        mark = name.rsplit(".", 2)[-2]
        return mark if mark in i18n.LANGUAGES else self.lang

    def _is_unknown(self, name: str) -> bool:
        """Whether a page is shown at any address, so that its links cannot be relative to it."""
        return name.partition(".")[0] == own.UNKNOWN.path
