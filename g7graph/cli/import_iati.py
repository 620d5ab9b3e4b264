"""`g7graph import iati`: the results of any publisher's activities, as statements of our vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pyoxigraph as ox

from g7graph.cli.options import output_file, shared
from g7graph.cli.output import form_of, opened
from g7graph.cli.speech import Command, Settings, settings
from g7graph.errors import DataError, UsageError
from g7graph.exports import streams

_FORMATS = ("ttl", "nt")
_PREFIXES = (
    "adms dcterms direction foaf g7 indicator-kind measure rdf rdfs round-status schema skos standing value-basis "
    "version wgs84 xsd"
).split()


@click.command(cls=Command)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False, dir_okay=False), metavar="FILE..."
)
@output_file
@shared
@click.pass_context
def iati(context: click.Context, files: tuple[Path, ...], output: Path | None) -> None:
    """Read activity files; exits with 1 where something could not be read as it should be."""
    from g7graph.sources.iati.imported import Tally, imported

    chosen, tally = settings(context), Tally()
    for path in files:
        if not path.is_file():
            raise UsageError("no_file", path=path)
    found = imported(
        files, tally, lambda problem: click.echo(f"{problem.place}: {problem.text(chosen.lang)}", err=True)
    )
    form = form_of(output, _FORMATS)
    with opened(output) as out:
        if form == "nt":
            ox.serialize(found, out, format=ox.RdfFormat.N_TRIPLES)
        else:
            streams.turtle(found, out, _PREFIXES)
        if output and not tally.read:
            raise DataError("nothing_read", path=str(output))
    left = ", ".join(f"{name} {count}" for name, count in sorted(tally.left.items()))
    for line in _summary(chosen, tally.counts, tally.problems, tally.lost, left):
        click.echo(line, err=True)
    if tally.problems:
        context.exit(1)


def _summary(chosen: Settings, counts: dict[str, int], problems: int, lost: int, left: str) -> Iterator[str]:
    yield chosen.say("iati_read", **counts)
    if left:
        yield chosen.say("iati_left", left=left)
    yield chosen.say("import_problems", problems=problems, lost=lost) if problems else chosen.say("no_problems")
