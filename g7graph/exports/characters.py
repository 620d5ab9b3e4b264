"""What XML 1.0 §2.2 allows of Unicode: documents stay well-formed and keep their line ends."""

from __future__ import annotations

import re
from typing import IO

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORBIDDEN_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_REPLACED = "\ufffd".encode()
_LEAD = 0xEF


def allowed(document: bytes) -> bytes:
    r"""Write carriage returns as references, and what XML cannot hold as U+FFFD.

    >>> allowed("<a>\r\n\x01</a>".encode()).decode()
    '<a>&#13;\n�</a>'
    """
    text = document.decode("utf-8").replace("\r", "&#13;")
    return FORBIDDEN.sub("\ufffd", text).encode("utf-8")


class Allowed:
    """A file that XML is written to as it comes, with the same care."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._held = b""

    def write(self, chunk: bytes) -> int:
        """Write a piece of a document; what may be half a character is held back."""
        whole = self._held + chunk
        end = next((n for n in (1, 2) if len(whole) >= n and whole[-n] == _LEAD), 0)
        self._held = whole[len(whole) - end :]
        self._out.write(_FORBIDDEN_BYTES.sub(_REPLACED, whole[: len(whole) - end]).replace(b"\r", b"&#13;"))
        return len(chunk)

    def flush(self) -> None:
        """Write what was held back."""
        self._out.write(self._held)
        self._held = b""
        self._out.flush()
