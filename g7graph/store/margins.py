"""White space at the ends of literals in SPARQL XML results, written so that a parser that trims texts keeps it."""

from __future__ import annotations

import io
import re
from typing import IO

_CHUNK_BYTES = 262_144
_WHITE = b" \t\r\n"
#: The start of a literal and its text, which has no `<` (XML 1.0 §2.4). CDATA is refused by the parser.
_LITERAL = re.compile(rb"(<(?:[\w.-]+:)?literal(?:\s[^<>]*)?(?<!/)>)([^<]*)")


def kept(text: bytes) -> bytes:
    r"""Return the text of a literal whose first and last bytes are character references, where they are white space.

    >>> kept(b"  a b\n"), kept(b" ")
    (b'&#32; a b&#10;', b'&#32;')
    """
    if len(text) > 1 and text[-1] in _WHITE:
        text = text[:-1] + b"&#%d;" % text[-1]
    if text and text[0] in _WHITE:
        text = b"&#%d;" % text[0] + text[1:]
    return text


class Margins:
    """A document that is read as it comes; no more is held than the text of a literal."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._held = bytearray()
        self._ready = io.BytesIO()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end."""
        found = self._ready.read(size)
        while not found and self._more():
            found = self._ready.read(size)
        return found

    def _more(self) -> bool:
        """Get ready what is before the last `<`: where that stands, the text before it is whole."""
        chunk, start = self._source.read(_CHUNK_BYTES), len(self._held)
        self._held += chunk
        end = self._held.rfind(b"<", start) if chunk else len(self._held)
        if end > 0:
            whole = bytes(self._held[:end])
            del self._held[:end]
            self._ready = io.BytesIO(_LITERAL.sub(lambda found: found[1] + kept(found[2]), whole))
        return bool(chunk)
