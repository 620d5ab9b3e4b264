"""`g7graph freeze`: the whole publication as files for any web server."""

from __future__ import annotations

from pathlib import Path

import click

from g7graph.cli.options import shared
from g7graph.cli.output import progress
from g7graph.cli.speech import Command, settings
from g7graph.project import Project

_FOLDER = click.Path(path_type=Path, readable=False, file_okay=False)


@click.command(cls=Command)
@click.argument("folder", type=_FOLDER, metavar="DIR")
@click.option("--url", default="", metavar="URL")
@click.option("--dumps", type=_FOLDER, default=Path("dist/dumps"), metavar="DIR")
@shared
@click.pass_context
def freeze(context: click.Context, folder: Path, url: str, dumps: Path) -> None:
    """Write the publication to a folder."""
    from g7graph.freeze import Wanted
    from g7graph.freeze import freeze as frozen

    chosen = settings(context)
    project = Project.find(chosen.data)
    with progress() as bar:
        task = bar.add_task("", total=None)

        def told(step: str, done: int, of: int | None) -> None:
            bar.update(task, description=chosen.say(f"freeze_{step}"), completed=done, total=of)

        made = frozen(project, folder, Wanted(url, chosen.lang, dumps), told)
    total = sum(file.bytes for file in made.files)
    click.echo(chosen.say("frozen", count=len(made.files), bytes=total, path=folder), err=True)
    if made.left_out:
        click.echo(chosen.say("left_out", count=len(made.left_out)), err=True)
