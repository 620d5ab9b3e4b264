"""What XML 1.0 §2.2 allows of Unicode: documents stay well-formed and keep their line ends."""

from __future__ import annotations

import re

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def allowed(document: bytes) -> bytes:
    r"""Write carriage returns as references, and what XML cannot hold as U+FFFD.

    >>> allowed("<a>\r\n\x01</a>".encode()).decode()
    '<a>&#13;\n�</a>'
    """
    text = document.decode("utf-8").replace("\r", "&#13;")
    return FORBIDDEN.sub("\ufffd", text).encode("utf-8")
