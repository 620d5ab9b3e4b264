"""Addresses of a publication and the files that hold what they answer: one rule, so that links need no table."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from g7graph import i18n

#: Parameters by which an answer comes in parts or as of another time. Links name all their values; of any other
#: parameter there are more than a copy can hold.
PARTS = ("archive", "page", "page-size", "round")
#: Below it are the answers that pages say how to cite, each of one language and of values that its address tells.
CITED = "api/runs/"
_LONGEST_NAME = 200  # bytes; file systems take 255, and language and extension come on top
_SAFE = "/-._~@="
_PAGE = ".html"  # what a page is asked for by when it has to be one


@dataclass(frozen=True, order=True)
class Address:
    """What comes after the root, decoded, and parameters in order; format is no part of it.

    Nor is the language, but of an address to cite.
    """

    path: str
    args: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, path: str) -> Address:
        """Return the address of a path as it is asked for.

        >>> Address.of("doc/place/A%C3%B1o").path
        'doc/place/Año'
        """
        return cls(unquote(path).removesuffix(_PAGE))

    @property
    def url(self) -> str:
        """The address as it is asked for, relative to the root."""
        return quote(self.path, safe=_SAFE) + (f"?{urlencode(self.args)}" if self.args else "")

    @property
    def is_cited(self) -> bool:
        """Whether it is cited: the hash of a result in it says all, whatever its parameters are."""
        return self.path.startswith(CITED)

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return Address(self.path).url if self.is_cited else self.url

    @property
    def lang(self) -> str:
        """The one language in which it answers; empty where there are several."""
        return dict(self.args).get("lang", "")

    @property
    def is_finite(self) -> bool:
        """Whether its parameters are such that links name all their values."""
        return self.is_cited or all(name in PARTS for name, _ in self.args)

    @property
    def stem(self) -> str:
        """The file of a page without language and extension: a server of files does not look at parameters."""
        path = f"{self.path}index" if self.path.endswith("/") or not self.path else self.path
        if self.is_cited:
            return path
        args = "&".join(f"{name}={quote(value, safe='')}" for name, value in self.args)
        return f"{path}@{args}" if args else path

    @property
    def is_safe(self) -> bool:
        """Whether a file of that name stays in the folder, on any file system."""
        parts = self.stem.split("/")
        return all(
            part not in ("", ".", "..") and part.isprintable() and len(part.encode()) <= _LONGEST_NAME for part in parts
        )

    def extended(self, extension: str) -> Address:
        """Return the address of the same in another format.

        >>> Address("graph/").extended("csv").path
        'graph/index.csv'
        """
        return Address(f"{Address(self.path).stem}.{extension}", self.args)


@dataclass(frozen=True)
class Link:
    """Where a link of a page leads to: an address, a part of it, the language it asks for (empty: that of the page)."""

    address: Address
    fragment: str = ""
    lang: str = ""


@dataclass(frozen=True)
class Root:
    """Where the publication is: `url` has no slash at its end."""

    url: str

    @property
    def prefix(self) -> str:
        """The path of the root, without a slash at its end."""
        return urlsplit(self.url).path

    def read(self, href: str, page: Address) -> Link | None:
        """Read a link of a page; None where it leads elsewhere, or nowhere."""
        try:
            parts = urlsplit(urljoin(f"{self.url}/{page.url}", href.strip()))
            own = urlsplit(self.url)
        except ValueError:  # no URL at all: a browser will not follow it either
            return None
        inside = parts.path == own.path or parts.path.startswith(f"{own.path}/")
        if (parts.scheme, parts.netloc) != (own.scheme, own.netloc) or not inside:
            return None
        path = unquote(parts.path[len(own.path) + 1 :])
        args = [(name, value) for name, value in parse_qsl(parts.query) if value]
        chosen = dict(args)
        apart = ("format",) if path.startswith(CITED) else ("format", "lang")
        address = Address(path.removesuffix(_PAGE), tuple(sorted(pair for pair in args if pair[0] not in apart)))
        form = chosen.get("format", "html")
        lang = chosen.get("lang", "")
        return Link(
            address if form == "html" else address.extended(form),
            parts.fragment,
            lang if lang in i18n.LANGUAGES else "",
        )


def href(file: str) -> str:
    """Write the path of a file as a link does."""
    return quote(file, safe=_SAFE)
