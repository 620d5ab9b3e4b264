"""`g7graph format`: Turtle files in their canonical form."""

from __future__ import annotations

from pathlib import Path

import click

from g7graph.cli.options import shared
from g7graph.cli.output import progress
from g7graph.cli.speech import Command, Settings, settings
from g7graph.errors import UsageError
from g7graph.graph import parse
from g7graph.project import GraphFile, Project, below

_SUFFIX = ".ttl"


@click.command(name="format", cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, readable=False), metavar="[PATH]...")
@click.option("--check", is_flag=True)
@shared
@click.pass_context
def format_(context: click.Context, paths: tuple[Path, ...], check: bool) -> None:
    """Write Turtle in its canonical form, or list the files that are not in it."""
    chosen = settings(context)
    changed = _changed(_files(chosen, paths), chosen)
    for path, written in changed.items():
        if not check:
            _replace(path, written)
        click.echo(path)
    click.echo(chosen.say("not_canonical" if check else "formatted", count=len(changed)), err=True)
    if check and changed:
        context.exit(1)


def _files(chosen: Settings, paths: tuple[Path, ...]) -> list[Path]:
    """List the Turtle files named, those below a folder; without any, the framework's own: none is another's."""
    if not paths:
        project = Project.find(chosen.data)
        own = [*(file.path for file in project.graph_files()), *project.shape_files()]
        return [path for path in own if path.suffix == _SUFFIX and path.is_relative_to(project.root)]
    for path in paths:
        if not path.exists():
            raise UsageError("no_file", path=path)
    files = (sorted(below(path, (_SUFFIX,))) if path.is_dir() else [path] for path in paths)
    return [path for found in files for path in found]


def _changed(files: list[Path], chosen: Settings) -> dict[Path, bytes]:
    """Return the files that are not canonical with what they should be.

    Raises DataError for one that is no Turtle, or has comments that would be lost.
    """
    from g7graph.turtle import format_text

    changed = {}
    with progress() as bar:
        for path in bar.track(files, description=chosen.say("formatting")):
            for _ in parse(GraphFile(path, None)):
                pass  # the engine's parser gives line and column
            before = path.read_bytes()
            written = format_text(before.decode("utf-8"), name=str(path)).encode("utf-8")
            if written != before:
                changed[path] = written
    return changed


def _replace(path: Path, written: bytes) -> None:
    """Put a file in the place of another at once: cut short, the old one stays whole."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(written)
    beside.replace(path)
