"""`g7graph export iati`: the framework as IATI activities."""

from __future__ import annotations

from pathlib import Path

import click

from g7graph.build import open_store
from g7graph.cli.options import output_file, shared
from g7graph.cli.output import write
from g7graph.cli.speech import Command, settings
from g7graph.project import Project


@click.command(cls=Command)
@output_file
@shared
@click.pass_context
def iati(context: click.Context, output: Path | None) -> None:
    """Write the activities; exits with 1 where something could not be written."""
    from g7graph.dumps.about import about
    from g7graph.exports.activities import xml
    from g7graph.iati.activities import activities

    chosen = settings(context)
    store = open_store(Project.find(chosen.data))
    said = about(store)
    written = activities(store, said.reporter)
    write(xml(written.activities, modified=said.modified), output)
    for problem in written.problems:
        click.echo(f"{problem.place}: {problem.text(chosen.lang)}", err=True)
    count, results = len(written.activities), sum(len(found) for _, found in written.activities)
    click.echo(chosen.say("iati_written", count=count, results=results), err=True)
    for what, number in sorted(written.left.items()):
        click.echo(chosen.say(f"iati_left_{what}", count=number), err=True)
    if written.problems:
        context.exit(1)
