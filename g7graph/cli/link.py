"""`g7graph link`: links to other people's data, proposed, reviewed by a person, applied, exported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from g7graph.cli.options import output_file, shared
from g7graph.cli.output import write
from g7graph.cli.speech import Command, Group, Refused, Settings, settings
from g7graph.project import Project
from g7graph.sources.problem import Problem

if TYPE_CHECKING:
    from g7graph.linking.things import Thing
    from g7graph.store import Store

_FILE = click.Path(path_type=Path, readable=False, dir_okay=False)
_EITI = "eiti-api"
_Read = TypeVar("_Read")


@click.group(cls=Group)
@shared
def link() -> None:
    """Run one of its commands."""


@link.command(cls=Command)
@click.argument("files", nargs=-1, type=_FILE, metavar="[FILE]...")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(["agency", "company", "entity", "government", "place"])
)
@click.option("--source", default="", metavar="KEY")
@output_file
@shared
@click.pass_context
def suggest(
    context: click.Context, files: tuple[Path, ...], kinds: tuple[str, ...], source: str, output: Path | None
) -> None:
    """Propose links."""
    from g7graph.build import open_store
    from g7graph.linking import sssom, things
    from g7graph.linking.suggest import proposals

    chosen = settings(context)
    store = open_store(Project.find(chosen.data))
    others, problems = _parted(_candidates(files)) if files else (things.reporting(store), [])
    known = _source(store, source, needed=bool(files))
    found = list(proposals(things.ours(store, kinds or things.CLASSES), others, things.reviewed(store)))
    write(sssom.review(found, known, chosen.lang), output)
    _tell(problems, chosen)
    click.echo(chosen.say("link_proposed", count=len(found), problems=len(problems)), err=True)
    context.exit(1 if problems else 0)


@link.command(cls=Command)
@click.argument("file", type=_FILE, metavar="FILE")
@shared
@click.pass_context
def apply(context: click.Context, file: Path) -> None:
    """Apply a reviewed file."""
    from g7graph.build import open_store
    from g7graph.linking import apply, review, things

    chosen = settings(context)
    project = Project.find(chosen.data)
    rows = review.read(_there(file), things.known(open_store(project)), datetime.now(UTC).date())
    decided, problems = _parted(rows)
    decisions = [one for one in decided if isinstance(one, review.Decision)]
    _tell(problems, chosen)
    if decisions:
        for graph in apply.apply(project, decisions, lambda: datetime.now(UTC), lang=chosen.lang):
            click.echo(graph)
    accepted = sum(one.accepted for one in decisions)
    counts = {"accepted": accepted, "rejected": len(decisions) - accepted, "pending": len(decided) - len(decisions)}
    click.echo(chosen.say("link_applied", **counts, problems=len(problems)), err=True)
    context.exit(1 if problems else 0)


@link.command(cls=Command)
@output_file
@shared
@click.pass_context
def export(context: click.Context, output: Path | None) -> None:
    """Export the links there are."""
    from g7graph import run
    from g7graph.build import open_store
    from g7graph.linking import sssom
    from g7graph.queries import Library

    chosen = settings(context)
    project = Project.find(chosen.data)
    store, library = open_store(project), Library.read(project.queries)
    tables = (run.table(store, library[name], {}, lang=chosen.lang) for name in ("links", "identifiers"))
    write(sssom.exported(*tables), output)


def _candidates(files: Iterable[Path]) -> Iterator[Thing | Problem]:
    from g7graph.linking import candidates

    for path in files:
        yield from candidates.read(_there(path))


def _there(path: Path) -> Path:
    from g7graph.errors import UsageError

    if not path.is_file():
        raise UsageError("no_file", path=path)
    return path


def _source(store: Store, key: str, *, needed: bool) -> str:
    """Return the source of the candidates as a prefixed name. Raises Refused for none or one that the data lack."""
    from g7graph import vocab
    from g7graph.linking import things

    known = {vocab.curie(iri).partition(":")[2]: vocab.curie(iri) for iri in things.known(store).sources}
    if not needed and not key:
        return known.get(_EITI, "")
    if key not in known:
        raise Refused("link_source_needed", known=", ".join(sorted(known)))
    return known[key]


def _parted(found: Iterable[_Read | Problem]) -> tuple[list[_Read], list[Problem]]:
    """Return what was read and, apart, what could not be."""
    read: list[_Read] = []
    problems: list[Problem] = []
    for one in found:
        if isinstance(one, Problem):
            problems.append(one)
        else:
            read.append(one)
    return read, problems


def _tell(problems: Iterable[Problem], chosen: Settings) -> None:
    for problem in problems:
        click.echo(f"{problem.place}: {problem.text(chosen.lang)}", err=True)
