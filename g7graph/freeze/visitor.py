"""Visiting an address: its page in every language, the same in every format, each written as a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from g7graph import i18n
from g7graph.freeze import own
from g7graph.freeze.address import Address
from g7graph.freeze.asking import EXTENSIONS, Answer, Asker
from g7graph.freeze.found import Absent, Kept, Moved, Outcome, Visit, write
from g7graph.freeze.links import Marked, marked
from g7graph.freeze.own import Own

_HTML, _SVG = "text/html", "image/svg+xml"
_LISTS = ("application/atom+xml", "application/xml")  # feeds and site maps
_NOWHERE = Absent(HTTPStatus.NOT_FOUND)


@dataclass(frozen=True)
class Visitor:
    """Asks for addresses and writes what they answer to a folder; `lang` is that of the files without a mark."""

    asker: Asker
    own: Own
    folder: Path
    lang: str

    def visit(self, address: Address) -> Visit:
        """Ask for an address, and for all that it offers. Raises StoreError where the application fails."""
        found = Visit()
        found.outcomes[address] = self._outcome(address, found)
        return found

    def _outcome(self, address: Address, found: Visit) -> Outcome:
        if own.renders(address):
            return self._pages(address, found, lambda lang: self.own.page(address, lang).encode())
        if not address.is_safe or self.own.is_live(address):
            return _NOWHERE
        answer = self.asker.page(address, self.lang)
        if answer.location:
            found.outcomes |= self._formats(address, found)
            return self._moved(answer, address, found)
        is_page = answer.media_type == _HTML
        says_why = is_page and (answer.status == HTTPStatus.GONE or address == own.UNKNOWN)
        if not answer.is_whole and not says_why:
            return Absent(answer.status)
        if not is_page:
            return self._file(address, found, answer, lambda lang: self.asker.page(address, lang).body)
        found.outcomes |= self._formats(address, found)
        bodies = {self.lang: answer.body}
        return self._pages(
            address, found, lambda lang: bodies.get(lang) or self.asker.page(address, lang).body, answer.status
        )

    def _moved(self, answer: Answer, address: Address, found: Visit) -> Outcome:
        link = self.asker.root.read(answer.location, address)
        if link is None:
            return Absent(answer.status)
        found.links.add(link.address)
        return Moved(link.address, link.fragment)

    def _pages(self, address: Address, found: Visit, body: Callable[[str], bytes], status: int = HTTPStatus.OK) -> Kept:
        kept = Kept(address.stem, "html", _HTML, localized=not address.lang, status=status)
        for lang in [address.lang] if address.lang else i18n.LANGUAGES:
            page = marked(_text(body(lang)), address, self.asker.root, footer=self.own.footer(lang))
            self._keep_marked(kept.file(lang, self.lang), page, found)
        return kept

    def _formats(self, address: Address, found: Visit) -> dict[Address, Outcome]:
        """Write what an address is offered as beside its page."""
        outcomes: dict[Address, Outcome] = {}
        for name in self.asker.offered(address, self.lang):
            other = address.extended(name)
            answer, asked = self.asker.file(other, self.lang), self._asking(other)
            if not answer.is_whole or EXTENSIONS.get(answer.media_type) != name:
                answer, asked = self.asker.file(address, self.lang, format=name), self._asking(address, format=name)
            outcomes[other] = self._file(other, found, answer, asked) if answer.is_whole else Absent(answer.status)
        return outcomes

    def _asking(self, address: Address, **args: str) -> Callable[[str], bytes]:
        return lambda lang: self.asker.file(address, lang, **args).body

    def _file(self, address: Address, found: Visit, answer: Answer, body: Callable[[str], bytes]) -> Kept:
        """Write an answer that is no page; where it tells its language, there is one in each."""
        stem, extension = _named(address, answer.media_type)
        kept = Kept(stem, extension, answer.media_type, localized=bool(answer.lang) and not address.lang)
        for lang in i18n.LANGUAGES if kept.localized else (self.lang,):
            name = kept.file(lang, self.lang)
            content = answer.body if lang == self.lang else body(lang)
            if answer.media_type in (_SVG, *_LISTS):
                is_list = answer.media_type in _LISTS
                self._keep_marked(name, marked(_text(content), address, self.asker.root, absolute=is_list), found)
            else:
                found.files.append(write(self.folder, name, content))
        return kept

    def _keep_marked(self, name: str, page: Marked, found: Visit) -> None:
        """Write a page whose links are to be put in their place later."""
        found.links |= page.links
        found.parts[name] = page.parts
        found.files.append(write(self.folder, name, page.text.encode(), marked=True))


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _named(address: Address, media_type: str) -> tuple[str, str]:
    """Return the name of a file and its extension: its own where it has one that says what it is.

    >>> _named(Address("graph/notes.ttl", (("page", "2"),)), "text/turtle")
    ('graph/notes@page=2', 'ttl')
    >>> _named(Address(".well-known/void"), "text/turtle")
    ('.well-known/void', '')
    """
    stem, dot, extension = address.path.rpartition(".")
    if dot and "/" not in extension and stem and extension.isalnum() and not extension.isdecimal():
        return Address(stem, address.args).stem, extension
    if address.path.endswith("/"):
        return address.stem, EXTENSIONS.get(media_type, "")
    return address.stem, ""
