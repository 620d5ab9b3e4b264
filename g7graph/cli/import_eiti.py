"""`g7graph import eiti`: EITI data as RDF, with where each figure stands and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyoxigraph as ox

from g7graph.cli.options import Decimal, output_file, shared
from g7graph.cli.output import form_of, opened
from g7graph.cli.speech import Command, Refused, Settings, settings
from g7graph.errors import DataError, UsageError
from g7graph.graph import parse
from g7graph.project import GraphFile

if TYPE_CHECKING:
    from g7graph.sources.eiti.source import Source
    from g7graph.sources.problem import Problem

_FORMATS = ("ttl", "nt", "nq")
_RECORDS = ("receipts", "payments", "organisations", "summaries", "codes", "countries")
_FOLDER = "imported/eiti/"


@click.command(cls=Command)
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path, readable=False), metavar="[SOURCE]...")
@click.option("--fetch", multiple=True, metavar="URL")
@click.option("--pause", type=Decimal(0, 60), default=1.0, metavar="S")
@click.option("--pages", type=click.IntRange(1), default=1000, metavar="N")
@click.option("--country", default="", metavar="CODE")
@click.option("--graph", metavar="NAME")
@click.option("--beside", multiple=True, type=click.Path(path_type=Path, readable=False), metavar="FILE")
@click.option("--format", "form", type=click.Choice(_FORMATS))
@output_file
@shared
@click.pass_context
def eiti(context: click.Context, /, sources: tuple[Path, ...], output: Path | None, **given: Any) -> None:
    """Read EITI data: summary-data workbooks, tables, answers of the API."""
    from g7graph.sources.eiti.importer import Import

    chosen, files = settings(context), list(_files(sources))
    if not (files or given["fetch"]):
        raise Refused("import_nothing")
    form = given["form"] or form_of(output, _FORMATS)
    run = Import(
        given["graph"] or _FOLDER + _stem(output or [*files, *given["fetch"]][0]),
        lambda problem: _tell(problem, chosen),
        country=_country(given["country"]),
        quads=form == "nq",
        said=_said(given["beside"]),
    )
    statements = run.read(_sources(files, given["fetch"], pause=given["pause"], most=given["pages"]))
    with opened(output) as out:
        if form == "ttl":
            out.write(_turtle(statements, run.hashes).encode())
        else:
            out.writelines(one.encode() for one in statements)
        click.echo(_summary(run.counts, chosen), err=True)
        if output and not any(run.counts[name] for name in _RECORDS):
            raise DataError("nothing_read", path=str(output))
    if run.counts["lost"] or run.counts["unread"]:
        context.exit(1)


def _files(sources: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the files named, and those in a folder, sorted. Raises UsageError for what is not there."""
    for path in sources:
        if not path.exists():
            raise UsageError("no_file", path=path)
        yield from sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]


def _stem(place: Path | str) -> str:
    return Path(place).stem or "api"


def _country(written: str) -> str:
    from g7graph.sources.eiti.values import BadValue, country

    try:
        return country(written) if written else ""
    except BadValue as bad:
        raise Refused("import_country", value=written) from bad


def _sources(files: Iterable[Path], addresses: Iterable[str], *, pause: float, most: int) -> Iterator[Source]:
    """Yield files, and the pages that lists of the API have, as they are fetched."""
    from g7graph.sources.eiti.api import next_address
    from g7graph.sources.eiti.source import Source
    from g7graph.store.pages import fetched

    yield from (Source(path.name, path) for path in files)
    for address in addresses:
        for url, content in fetched(address, next_address, pause=pause, most=most):
            yield Source(url, None, content)


def _said(beside: Iterable[Path]) -> Iterator[str]:
    """Yield the statements of graphs that the imported one is to stand beside."""
    for path in beside:
        if not path.exists():
            raise UsageError("no_file", path=path)
        for quad in parse(GraphFile(path, None)):
            if not isinstance(quad.subject, ox.BlankNode) and not isinstance(quad.object, ox.BlankNode):
                yield f"{quad.subject} {quad.predicate} {quad.object}"


def _turtle(statements: Iterator[str], hashes: dict[str, str]) -> str:
    """Write statements as canonical Turtle below a header that names what they are made of."""
    from g7graph.turtle import format_statements

    text = "".join(statements)
    files = [f"# {name} sha256:{digest}" for name, digest in hashes.items()]
    head = "# EITI data (credit: EITI International Secretariat, eiti.org), written by `g7graph import eiti` from:"
    return format_statements(text, header="\n".join([head, *files]))


def _tell(problem: Problem, chosen: Settings) -> None:
    click.echo(f"{problem.place}: {problem.text(chosen.lang)}", err=True)


def _summary(counts: dict[str, int], chosen: Settings) -> str:
    """Say how many records of each kind were read, how many rows were lost and how many fields are not read."""
    return chosen.say("imported", **{name: counts[name] for name in (*_RECORDS, "lost", "unread")})
