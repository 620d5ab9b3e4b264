"""The conditions of a request: what was read before is what is there still; what others wrote is not overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import PreconditionFailed

from g7graph.store.change import Condition, state_of
from g7graph.web.cache import TAG

_STATE = slice(len(state_of("")))
_MATCH, _NONE_MATCH = "If-Match", "If-None-Match"


def condition() -> Condition:
    """Return the condition of the request, one that always holds where it has none (RFC 9110 §13.1.1, §13.1.2).

    An `ETag` begins with the state of all data that the answer was of: a change elsewhere, too, makes it another.
    """
    sent = [f"{name}: {request.headers[name]}" for name in (_MATCH, _NONE_MATCH) if name in request.headers]
    match, none_match = request.if_match, request.if_none_match
    needs = _MATCH in request.headers
    return Condition(
        said=", ".join(sent),
        states=_states(match.as_set()) if needs and not match.star_tag else None,
        not_states=_states(none_match.as_set(include_weak=True)),
        there=frozenset((True, False)) - {*([False] if needs else []), *([True] if none_match.star_tag else [])},
    )


def register(app: Flask) -> None:
    """Have an application answer 412 in place of what is not as `If-Match` wants it (RFC 9110 §13.1.1)."""

    def matched(response: Response) -> Response:
        tag = request.environ.get(TAG)
        asked = _MATCH in request.headers and tag is not None and "ETag" not in response.headers
        if not asked or response.status_code != HTTPStatus.OK or request.if_match.contains(str(tag).strip('"')):
            return response
        response.close()
        return app.make_response(app.handle_http_exception(PreconditionFailed()))

    app.after_request(matched)


def _states(tags: Iterable[str | None]) -> frozenset[str]:
    """Return the states that tags begin with; an empty tag, which is read as None, has none."""
    return frozenset(tag[_STATE] for tag in tags if tag)
