"""`g7graph serve`: the site and the SPARQL endpoint."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import click

from g7graph.cli.limits import chosen_limits, limited
from g7graph.cli.options import shared
from g7graph.cli.services import allowed, federated
from g7graph.cli.speech import Command, settings
from g7graph.errors import UsageError
from g7graph.project import Project

_LAST_PORT = 65_535
_MOST_PROXIES = 10
_DUMPS = Path("dist/dumps")
_VARIABLE = "G7GRAPH_TOKEN"
_HOLDER = "writer"
_SHORTEST = 16


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", metavar="HOST")
@click.option("--port", type=click.IntRange(0, _LAST_PORT), default=8000, metavar="PORT")
@click.option("--store", default="memory", metavar="memory|DIR|URL")
@click.option("--writable", is_flag=True)
@click.option("--token-file", type=click.Path(path_type=Path, readable=False, dir_okay=False), metavar="FILE")
@click.option("--access-log", default="", metavar="-|FILE")
@click.option("--log-address", type=click.Choice(["full", "network", "none"]), default="network")
@click.option("--behind-proxy", type=click.IntRange(0, _MOST_PROXIES), default=0, metavar="N")
@click.option("--dumps", type=click.Path(path_type=Path, readable=False, file_okay=False), metavar="DIR")
@federated
@limited
@shared
@click.pass_context
def serve(
    context: click.Context,
    /,
    writable: bool,
    token_file: Path | None,
    **chosen: Any,
) -> None:
    """Serve the framework, read-only unless told otherwise."""
    gc.disable()  # what is loaded stays: looking for garbage meanwhile takes a good part of the time
    from g7graph.web.options import Options
    from g7graph.web.serve import serve as run

    gc.enable()
    common = settings(context)
    tokens = read_tokens(token_file) if writable else {}
    limits = chosen_limits(chosen)
    federation = allowed(chosen)
    project = Project.find(common.data)
    chosen["dumps"] = _dumps(chosen["dumps"], project, chosen["store"], is_ours=common.data is None)
    run(project, Options(lang=common.lang, tokens=tokens, limits=limits, federation=federation, **chosen))


def _dumps(given: Path | None, project: Project, store: str, *, is_ours: bool) -> Path | None:
    """Return the folder of dumps to serve: the one given, else where `build` puts it, unless it is of other data.

    What a built store is of is noted beside it: its data are not read. Raises UsageError for a folder that is not
    there.
    """
    if given is not None:
        if not given.is_dir():
            raise UsageError("no_file", path=given)
        return given
    from g7graph.build import version_of
    from g7graph.exports.manifest import Manifest

    there = Manifest.read(_DUMPS)
    return _DUMPS if there and (is_ours or there.data == version_of(project, store)) else None


def read_tokens(path: Path | None) -> dict[str, str]:
    """Read who may write: lines `name token` of a file, else the token in the environment, its holder called `writer`.

    Raises UsageError for a file without any, a line that is no pair, a second token of one name, one easy to guess.
    """
    given = os.environ.get(_VARIABLE, "")
    lines = _lines(path) if path else [f"{_HOLDER} {given}"] if given else []
    pairs = [line.split() for line in lines]
    for pair in pairs:
        if len(pair) not in (1, 2) or len(pair[-1]) < _SHORTEST:
            if path:
                raise UsageError("bad_token", path=path, shortest=_SHORTEST)
            raise UsageError("bad_given_token", variable=_VARIABLE, shortest=_SHORTEST)
    if not pairs:
        raise UsageError("no_token", variable=_VARIABLE)
    found: dict[str, str] = {}
    for pair in pairs:
        name = pair[0] if len(pair) > 1 else _HOLDER
        if name in found:
            raise UsageError("two_tokens", path=path, name=name)
        found[name] = pair[-1]
    return found


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        raise UsageError("no_file", path=path)
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise UsageError("bad_token", path=path, shortest=_SHORTEST) from error
    return [line for line in lines if line and not line.startswith("#")]
