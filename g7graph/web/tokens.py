"""Who writes: the holder of a token, sent as `Authorization: Bearer` and in no other way (RFC 6750 §2.1)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import partial

from flask import Response, after_this_request, g, request

from g7graph.store.change import Change, Outcome
from g7graph.web.context import site
from g7graph.web.headers import WRITES
from g7graph.web.intake import require_length
from g7graph.web.refusals import Refused
from g7graph.web.visitor import Visitor

_SCHEME = "bearer"
_CHALLENGE = 'Bearer realm="g7graph"'
_WRONG = f'{_CHALLENGE}, error="invalid_token"'


def writing() -> tuple[Callable[[Change], Outcome], str]:
    """Return what makes changes, as long as who sends this request waits for them, and that one's name.

    Raises Refused where the service is read-only, or the request has no token that is known; all known ones are
    compared, each in constant time, so that how long it takes tells nothing. Raises LengthRequired as `require_length`.
    """
    setattr(g, WRITES, True)
    writer = site().writer
    if writer is None:
        raise Refused("read_only")
    token = _sent()
    name = _holder(token)
    if name is None:
        after_this_request(partial(_challenged, challenge=_WRONG if token else _CHALLENGE))
        raise Refused("wrong_token" if token else "unauthorized")
    require_length()
    return partial(writer.apply, gone=Visitor(request.environ).gone), name


def _sent() -> str:
    """Return the token of the request; empty where it has none, which is no error of its own (RFC 6750 §3.1)."""
    sent = request.authorization
    return (sent.token or "") if sent and sent.type == _SCHEME else ""


def _holder(given: str) -> str | None:
    holder = None
    for name, token in site().options.tokens.items():
        if hmac.compare_digest(token.encode(), given.encode("utf-8", "surrogateescape")):
            holder = name
    return holder


def _challenged(response: Response, challenge: str) -> Response:
    response.headers["WWW-Authenticate"] = challenge
    return response
