"""`g7graph build`: the store on disk and the dumps of the whole dataset."""

from __future__ import annotations

from pathlib import Path

import click

from g7graph.cli.options import shared
from g7graph.cli.output import progress
from g7graph.cli.speech import Command, settings
from g7graph.project import Project

STORE = "store"
DUMPS = ("nq", "trig")


@click.command(cls=Command)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", default=Path("dist"))
@shared
@click.pass_context
def build(context: click.Context, output: Path) -> None:
    """Build the store of the framework, and what is derived, with its dumps."""
    from g7graph.build import open_store
    from g7graph.exports import GRAPHS
    from g7graph.store.local import LocalStore

    chosen = settings(context)
    project = Project.find(chosen.data)
    output.mkdir(parents=True, exist_ok=True)
    with progress() as bar:
        task = bar.add_task(chosen.say("building", what=STORE), total=1 + len(DUMPS))
        store = open_store(project, str(output / STORE))
        assert isinstance(store, LocalStore)  # noqa: S101 - a path is opened by the embedded engine
        for name in DUMPS:
            dump = f"dataset.{GRAPHS[name].extension}"
            bar.update(task, advance=1, description=chosen.say("building", what=dump))
            (output / dump).write_bytes(GRAPHS[name].write(store.inner))
    click.echo(chosen.say("built", count=len(store.inner), path=output), err=True)
