"""`g7graph queries`: the saved queries there are."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click
from pyoxigraph import Literal

from g7graph.cli.options import shared
from g7graph.cli.output import show, write
from g7graph.cli.speech import Command, settings
from g7graph.project import Project
from g7graph.queries import Library, SavedQuery, in_language
from g7graph.table import Column, Table


@click.command(cls=Command)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@shared
@click.pass_context
def queries(context: click.Context, form: str) -> None:
    """List the saved queries with their parameters."""
    chosen = settings(context)
    library = Library.read(Project.find(chosen.data).queries)
    if form == "json":
        listed = [_described(query, chosen.lang) for query in library]
        write((json.dumps(listed, ensure_ascii=False, indent=2) + "\n").encode(), None)
    else:
        names = [chosen.say(f"column_{name}") for name in ("query", "summary", "params")]
        show(_table(names, library, chosen.lang))


def _table(names: Iterable[str], library: Library, lang: str) -> Table:
    rows = [
        (query.name, in_language(query.summary, lang), ", ".join(param.name for param in query.params))
        for query in sorted(library, key=lambda one: one.name)
    ]
    return Table(tuple(map(Column, names)), tuple(tuple(map(Literal, row)) for row in rows))


def _described(query: SavedQuery, lang: str) -> dict[str, object]:
    return {
        "name": query.name,
        "topic": query.topic,
        "summary": in_language(query.summary, lang),
        "params": [
            {"name": param.name, "type": param.type, "kind": param.kind, "default": param.default}
            for param in query.params
        ],
        "columns": {column.name: column.type for column in query.columns},
        "example": dict(query.example),
    }
