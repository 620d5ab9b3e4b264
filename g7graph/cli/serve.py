"""`g7graph serve`: the site and the SPARQL endpoint."""

from __future__ import annotations

import click

from g7graph.cli.options import shared
from g7graph.cli.speech import Command, settings
from g7graph.project import Project

_LAST_PORT = 65_535


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", metavar="HOST")
@click.option("--port", type=click.IntRange(0, _LAST_PORT), default=8000, metavar="PORT")
@click.option("--store", default="memory", metavar="memory|DIR|URL")
@shared
@click.pass_context
def serve(context: click.Context, host: str, port: int, store: str) -> None:
    """Serve the framework, read-only."""
    from g7graph.web.serve import serve as run

    chosen = settings(context)
    run(Project.find(chosen.data), host=host, port=port, store=store, lang=chosen.lang)
