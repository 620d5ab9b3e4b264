"""The options that set the limits on a query."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from g7graph.cli.options import Decimal

if TYPE_CHECKING:
    from g7graph.store.limits import Limits

_Function = TypeVar("_Function", bound=Callable[..., Any])

LONGEST_SECONDS = 3600
_MOST_WORKERS = 64
_MOST_MEGABYTES = 1_000_000
_MEMORY = "memory"
_FEWEST = 2  # queries at a time over a folder: one client never has all
#: Option → field of the limits, and what one of the option is in the field's unit.
_LIMITS = {
    "query_seconds": "seconds",
    "query_megabytes": "memory_bytes",
    "answer_megabytes": "answer_bytes",
    "workers": "together",
}
_UNIT = {"query_seconds": 1, "query_megabytes": 1_000_000, "answer_megabytes": 1_000_000, "workers": 1}


def limited(command: _Function) -> _Function:
    """Add `--query-seconds`, `--query-megabytes`, `--answer-megabytes` and `--workers`."""
    seconds = click.option("--query-seconds", type=Decimal(0.1, LONGEST_SECONDS), metavar="S")
    memory = click.option("--query-megabytes", type=click.IntRange(10, _MOST_MEGABYTES), metavar="N")
    answer = click.option("--answer-megabytes", type=click.IntRange(1, _MOST_MEGABYTES), metavar="N")
    workers = click.option("--workers", type=click.IntRange(1, _MOST_WORKERS), metavar="N")
    return seconds(memory(answer(workers(command))))


def chosen_limits(chosen: dict[str, Any]) -> Limits:
    """Take these options out of those chosen; return our limits, but for what the operator set.

    One client never has all workers. Over a store on disk there are no more than processors, if that is two or more:
    each has a cache of the engine's of its own, of up to 128 MB, and more of them answer no more.
    """
    from g7graph.store.limits import Limits

    ours = Limits()
    taken = {name: chosen.pop(name) for name in _LIMITS}
    given = {_LIMITS[name]: value * _UNIT[name] for name, value in taken.items() if value is not None}
    if chosen.get("store", _MEMORY) != _MEMORY and "://" not in chosen["store"]:
        given.setdefault("together", min(ours.together, max(os.cpu_count() or 1, _FEWEST)))
    if "together" in given:
        given["per_client"] = max(1, int(given["together"]) - 1)
    return replace(ours, **given)
