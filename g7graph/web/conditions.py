"""The conditions on which a request wants a change to be made: what others wrote meanwhile is not overwritten then."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request

from g7graph.store.change import Condition, state_of

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


def _states(tags: Iterable[str | None]) -> frozenset[str]:
    """Return the states that tags begin with; an empty tag, which is read as None, has none."""
    return frozenset(tag[_STATE] for tag in tags if tag)
