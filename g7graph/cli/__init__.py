"""The command line: a command parses, calls one function and prints."""

from __future__ import annotations

import click

from g7graph import __version__
from g7graph.cli import build, export, freeze, imports, mcp, queries, query, serve, validate, verify
from g7graph.cli import format as formatting
from g7graph.cli.options import shared
from g7graph.cli.speech import Group


@click.group(name="g7graph", cls=Group)
@click.version_option(__version__, prog_name="g7graph", message="%(prog)s %(version)s")
@shared
def main() -> None:
    """Run a command."""


for _command in (
    build.build,
    export.export,
    formatting.format_,
    freeze.freeze,
    imports.import_,
    mcp.mcp,
    queries.queries,
    query.query,
    serve.serve,
    validate.validate,
    verify.verify,
):
    main.add_command(_command)
