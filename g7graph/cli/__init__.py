"""The command line: a command parses, calls one function and prints."""

from __future__ import annotations

import click

from g7graph import __version__
from g7graph.cli.options import shared
from g7graph.cli.speech import Lazy


class _Main(Lazy):
    def places(self) -> dict[str, str]:
        names = ("build", "export", "freeze", "link", "mcp", "queries", "query", "serve", "validate", "verify")
        return {"format": "format.format_", "import": "imports.import_", **{name: f"{name}.{name}" for name in names}}


@click.group(name="g7graph", cls=_Main)
@click.version_option(__version__, prog_name="g7graph", message="%(prog)s %(version)s")
@shared
def main() -> None:
    """Run a command."""
