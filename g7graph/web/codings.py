"""Content codings (RFC 9110 §8.4.1): which one a client takes, and bodies compressed by it, whole or as they go."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import brotli
import zstandard

_GZIP_WINDOW = 31


class _Packer(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


@dataclass(frozen=True)
class Coding:
    """A coding: its name, how a whole body is packed, and what packs one as it goes."""

    name: str
    pack: Callable[[bytes], bytes]
    packer: Callable[[], _Packer]

    def stream(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """Pack a body as it goes; it is closed at the end."""
        packer = self.packer()
        try:
            for chunk in body:
                if packed := packer.compress(chunk):
                    yield packed
            yield packer.flush()
        finally:
            close = getattr(body, "close", None)
            if close:
                close()


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Compressor(quality=1)

    def compress(self, data: bytes) -> bytes:
        return bytes(self._inner.process(data))

    def flush(self) -> bytes:
        return bytes(self._inner.finish())


#: Best first; a whole body is kept and sent often, so it may cost more than one that is sent once.
CODINGS = (
    Coding("zstd", lambda body: zstandard.compress(body, 6), lambda: zstandard.ZstdCompressor(1).compressobj()),
    Coding("br", lambda body: bytes(brotli.compress(body, quality=5)), _Brotli),
    Coding(
        "gzip",
        lambda body: gzip.compress(body, 6, mtime=0),
        lambda: zlib.compressobj(1, zlib.DEFLATED, _GZIP_WINDOW),
    ),
)


@lru_cache(maxsize=16)  # most clients say the same
def choose(accepted: str) -> Coding | None:
    """Return the coding that an `Accept-Encoding` header likes best; None for a body as it is.

    >>> choose("gzip;q=0, deflate") is None
    True
    >>> choose("gzip, br;q=0.9").name, choose("gzip, deflate, br, zstd").name
    ('gzip', 'zstd')
    """
    if not accepted:
        return None
    qualities = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.partition(";")
        qualities[name.strip()] = _quality(parameter)
    ranked = [(qualities.get(one.name, qualities.get("*", 0.0)), -place) for place, one in enumerate(CODINGS)]
    quality, place = max(ranked)
    return CODINGS[-place] if quality > 0 else None


def _quality(parameter: str) -> float:
    name, _, value = parameter.replace(" ", "").partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
