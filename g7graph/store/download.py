"""What is at one address, fetched as it is: bounded in time and size, never redirected elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request

from g7graph.errors import Limited, StoreError
from g7graph.store.connection import Access, Watch

_SECONDS = 60.0
_MOST_BYTES = 200_000_000
_MEGABYTE = 1_000_000
_SCHEMES = ("http://", "https://")


@dataclass(frozen=True)
class Downloaded:
    """What came back: the status and the body."""

    status: int
    body: bytes


def downloaded(url: str, headers: Mapping[str, str], *, seconds: float = _SECONDS) -> Downloaded:
    """Fetch what is at an address. Raises StoreError where nobody answers there, Limited for what is too large."""
    if not url.startswith(_SCHEMES):
        raise StoreError("no_answer", url=url, detail="http:// · https://")
    try:
        with Watch(seconds) as watch:
            try:
                with Access(url).opener(watch).open(Request(url, headers=dict(headers))) as response:  # noqa: S310
                    found = Downloaded(response.status, response.read(_MOST_BYTES + 1))
            except HTTPError as error:
                with error:
                    found = Downloaded(error.code, error.read(_MOST_BYTES + 1))
            watch.check()
    except (OSError, HTTPException, ValueError) as error:
        raise StoreError("no_answer", url=url, detail=error) from error
    if len(found.body) > _MOST_BYTES:
        raise Limited("too_large", limit=_MOST_BYTES // _MEGABYTE)
    return found
