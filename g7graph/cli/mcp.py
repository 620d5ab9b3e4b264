"""`g7graph mcp`: the framework as tools of an assistant, over standard input and output or HTTP."""

from __future__ import annotations

from typing import Any

import click

from g7graph.cli.limits import chosen_limits, limited
from g7graph.cli.options import shared
from g7graph.cli.services import allowed, federated
from g7graph.cli.speech import Command, settings
from g7graph.errors import UsageError
from g7graph.project import Project

_LAST_PORT = 65_535


@click.command(cls=Command)
@click.option("--http", is_flag=True)
@click.option("--host", default="127.0.0.1", metavar="HOST")
@click.option("--port", type=click.IntRange(0, _LAST_PORT), default=8001, metavar="PORT")
@click.option("--allow-host", "hosts", multiple=True, metavar="HOST")
@click.option("--store", default="memory", metavar="memory|DIR|URL")
@federated
@limited
@shared
@click.pass_context
def mcp(context: click.Context, /, http: bool, host: str, port: int, hosts: tuple[str, ...], **chosen: Any) -> None:
    """Serve the framework by the Model Context Protocol, read-only."""
    try:
        from g7graph.mcp.run import run
    except ModuleNotFoundError as missing:
        raise UsageError("needs_extra", package="mcp", extra="mcp") from missing
    from g7graph.web.options import Options

    common = settings(context)
    limits, federation = chosen_limits(chosen), allowed(chosen)
    options = Options(lang=common.lang, limits=limits, federation=federation, host=host, port=port, **chosen)
    run(Project.find(common.data), options, http=http, hosts=hosts)
