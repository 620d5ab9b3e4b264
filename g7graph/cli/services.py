"""The options that let queries ask other services, and how a command has such a query answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
import pyoxigraph as ox

if TYPE_CHECKING:
    from g7graph.queries import Library
    from g7graph.store import Answer
    from g7graph.store.federation import Federation
    from g7graph.store.local import LocalStore

_Function = TypeVar("_Function", bound=Callable[..., Any])


def federated(command: _Function) -> _Function:
    """Add `--allow-service` and `--allow-private`."""
    service = click.option("--allow-service", "services", multiple=True, metavar="URL")
    return service(click.option("--allow-private", is_flag=True)(command))


def allowed(chosen: dict[str, Any]) -> Federation:
    """Take these options out of those chosen; return the services that they allow. Raises UsageError for no URL."""
    from g7graph.store.federation import Federation

    return Federation(chosen.pop("services"), private=chosen.pop("allow_private"))


def abroad(
    store: LocalStore, library: Library, text: str, federation: Federation, seconds: float | None
) -> Answer | list[ox.Triple]:
    """Have a query that asks other services answered by a worker, which is ended when its time is over.

    Raises QueryError and Limited as a service does.
    """
    from g7graph.store import Asker, Question
    from g7graph.store.limits import Limits
    from g7graph.web.protocol import form_of
    from g7graph.web.work import pooled

    store.federation = federation
    limits = Limits(abroad=1) if seconds is None else Limits(abroad=1, seconds=seconds)
    is_graph = form_of(text) == "graph"
    with pooled(store, library, limits).answer(Question(text), "nt" if is_graph else "json", Asker()) as out:
        if is_graph:
            return [quad.triple for quad in ox.parse(out.read(), format=ox.RdfFormat.N_TRIPLES)]
        return ox.parse_query_results(out.read(), format=ox.QueryResultsFormat.JSON)
