"""The headers every answer has: what browsers may do with it, who may read it, what it was chosen by."""

from __future__ import annotations

from flask import Response, g, request

VARY = "Accept, Accept-Language, Accept-Encoding"

#: Anybody's page may read; nothing here depends on who asks.
OPEN = (
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "Accept-Ranges, Content-Language, Content-Range, ETag, Link, Location, Retry-After, X-Total-Count",
    ),
)
PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Accept-Language, Content-Type, If-Range, Range"),
    ("Access-Control-Max-Age", "86400"),
)
#: Of what browsers show as a document of its own, which scripts and frames could be in.
SAFE = (
    (
        "Content-Security-Policy",
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
#: Of all else: it is no document, and a browser may not take it for one.
_DATA = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
)
#: How the media types of documents end: `text/html`, `image/svg+xml`, `application/xml`.
_DOCUMENTS = ("html", "xml")

#: Of a page that is made to be shown within others' pages: anybody may frame it, and it loads a style sheet at most.
_FRAMED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
}
_UNFRAMED = "X-Frame-Options"
#: In `flask.g` while such a page is answered.
FRAMED = "framed"
#: In `flask.g` while a request that is to change data is answered.
WRITES = "writes"
_CROSS_ORIGIN = "Access-Control-Allow-"
_WRITES = ("PUT", "DELETE", "PATCH")


def safe(media_type: str) -> tuple[tuple[str, str], ...]:
    """Return what keeps an answer from being misused; a page that others may frame is not kept from that."""
    if not media_type.endswith(_DOCUMENTS):
        return _DATA
    if FRAMED not in g:
        return SAFE
    return tuple((name, _FRAMED.get(name, value)) for name, value in SAFE if name != _UNFRAMED)


def closed_to_writes(response: Response, *, graph_store: bool) -> Response:
    """Take back what opens an answer to other sites' pages where the request was to write, or asks whether it may.

    A token is never allowed from there either: `Authorization` is not among the headers of a preflight.
    """
    if request.method == "OPTIONS" and graph_store:
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    if request.method in _WRITES or WRITES in g:
        for name in [name for name, _ in response.headers if name.startswith(_CROSS_ORIGIN)]:
            response.headers.remove(name)
    return response
