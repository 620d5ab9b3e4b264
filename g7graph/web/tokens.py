"""Who writes: the holder of a token, sent as `Authorization: Bearer` and in no other way (RFC 6750 §2.1)."""

from __future__ import annotations

import hmac

from flask import Response, after_this_request, g, request

from g7graph.store.change import Writer
from g7graph.web.context import site
from g7graph.web.headers import WRITES
from g7graph.web.intake import require_length
from g7graph.web.refusals import Refused

_SCHEME = "bearer"
_CHALLENGE = 'Bearer realm="g7graph"'


def writing() -> tuple[Writer, str]:
    """Return the writer of the service and the name of who sends this request.

    Raises Refused where the service is read-only, or the request has no token that is known; all known ones are
    compared, each in constant time, so that how long it takes tells nothing. Raises LengthRequired as `require_length`.
    """
    setattr(g, WRITES, True)
    writer = site().writer
    if writer is None:
        raise Refused("read_only")
    name = _holder()
    if name is None:
        after_this_request(_challenged)
        raise Refused("unauthorized")
    require_length()
    return writer, name


def _holder() -> str | None:
    sent = request.authorization
    given = (sent.token or "") if sent and sent.type == _SCHEME else ""
    holder = None
    for name, token in site().options.tokens.items():
        if hmac.compare_digest(token.encode(), given.encode("utf-8", "surrogateescape")):
            holder = name
    return holder


def _challenged(response: Response) -> Response:
    response.headers["WWW-Authenticate"] = _CHALLENGE
    return response
