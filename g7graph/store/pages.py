"""The pages of a list on the web, one after the other: patient, polite, bounded, and of one host."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

from g7graph.errors import StoreError
from g7graph.store.download import Downloaded, downloaded

_TRIES = 4
_OK = 200
#: Come again later: too many requests, and what a server or one before it says while it cannot.
_LATER = (429, 500, 502, 503, 504)
_HEADERS = {"Accept": "application/json", "User-Agent": "g7graph (https://w3id.org/g7graph/)"}
Sleep = Callable[[float], None]


def fetched(
    url: str,
    next_of: Callable[[bytes], str | None],
    *,
    pause: float,
    most: int,
    sleep: Sleep = time.sleep,
) -> Iterator[tuple[str, bytes]]:
    """Yield each page's address and body, `pause` seconds between them; `next_of` finds the next in a body.

    Raises StoreError for a page that is not had after four tries, for a next page of another host, or one that was
    there before, and after `most` pages with more to come: what was yielded before stands.
    """
    seen: set[str] = set()
    following: str | None = url
    while following is not None:
        if len(seen) == most:
            raise StoreError("too_many_pages", url=following, most=most)
        _check(following, url, seen)
        if seen:
            sleep(pause)
        seen.add(following)
        body = _patiently(following, pause, sleep)
        yield following, body
        found = next_of(body)
        following = urljoin(following, found) if found else None


def _check(following: str, first: str, seen: set[str]) -> None:
    """Refuse what is of another host, or was read: a list that never ends."""
    here, there = urlsplit(first), urlsplit(following)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise StoreError("other_host", url=following, host=here.netloc)
    if following in seen:
        raise StoreError("page_again", url=following)


def _patiently(url: str, pause: float, sleep: Sleep) -> bytes:
    """Fetch a page; wait twice as long before each further try."""
    for again in range(_TRIES):
        if again:
            sleep(max(pause, 1.0) * 2 ** (again - 1))
        try:
            found = downloaded(url, _HEADERS)
        except StoreError:
            if again == _TRIES - 1:
                raise
            continue
        if found.status == _OK:
            return found.body
        if found.status not in _LATER or again == _TRIES - 1:
            raise _refused(url, found)
    raise AssertionError  # the last try returns or raises


def _refused(url: str, found: Downloaded) -> StoreError:
    return StoreError("no_answer", url=url, detail=found.status)
