"""`g7graph build`: the store, on disk or a remote one, and the dumps for publication."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from g7graph.cli.options import shared
from g7graph.cli.output import progress, show
from g7graph.cli.speech import Command, Settings, settings
from g7graph.cli.validate import as_table, found_in, summary
from g7graph.errors import G7Error, StoreError
from g7graph.project import Project
from g7graph.validate.findings import VIOLATION

if TYPE_CHECKING:
    from g7graph.store.local import LocalStore
    from g7graph.store.remote import RemoteStore

STORE = "store"
_WHO = "g7graph build"
_SECONDS = 3600.0  # for a graph to be sent: as large as the data may be

Step = Callable[[str, str], object]


@click.command(cls=Command)
@click.option(
    "--output", type=click.Path(path_type=Path, readable=False, file_okay=False), metavar="DIR", default=Path("dist")
)
@click.option("--store", metavar="DIR|URL")
@click.option("--no-dumps", is_flag=True)
@click.option("--replace", is_flag=True)
@shared
@click.pass_context
def build(context: click.Context, output: Path, store: str | None, no_dumps: bool, replace: bool) -> None:
    """Build the store of the framework, and what is derived, with its dumps."""
    chosen = settings(context)
    project = Project.find(chosen.data)
    place = store or str(output / STORE)
    remote = _writable(place, project) if "://" in place else None
    if remote and not _valid(project, chosen):
        context.exit(1)
    with _steps(chosen) as step:
        filled = _sent(project, remote, chosen, step) if remote else _on_disk(project, Path(place), replace, step)
        if not no_dumps:
            from g7graph import dumps

            output.mkdir(parents=True, exist_ok=True)
            dumps.build(filled, project, output, lambda name: step("building", name))
    shown = remote.address.shown if remote else store or output
    click.echo(chosen.say("built", count=len(filled.inner), path=shown), err=True)


@contextmanager
def _steps(chosen: Settings) -> Iterator[Step]:
    """Show on a terminal what is being done: a message, and what it names."""
    with progress() as bar:
        task = bar.add_task("", total=None)
        yield lambda key, what: bar.update(task, description=chosen.say(key, what=what))


def _on_disk(project: Project, folder: Path, replace: bool, step: Step) -> LocalStore:
    from g7graph.build import build as built
    from g7graph.build import opened
    from g7graph.store import stamp

    noted = stamp.read(folder)
    if noted and noted.written and not replace:
        raise StoreError("store_written", path=folder)
    version = built(project, folder, replace=replace, on_step=lambda name: step(f"step_{name}", ""))
    return opened(folder, version, union=not project.is_plain)


def _writable(url: str, project: Project) -> RemoteStore:
    """Return a remote store that answers and has an address for writing. Raises StoreError."""
    from g7graph.store.remote import RemoteStore

    remote = RemoteStore(url, wants_union=not project.is_plain)
    if not (remote.address.update or remote.address.graphs):
        raise StoreError("store_read_only")
    _ = remote.abilities  # who is away is told of before the work begins
    return remote


def _valid(project: Project, chosen: Settings) -> bool:
    """Validate, and show what is found where it keeps the project from being loaded."""
    findings = found_in(project, [], chosen)
    if all(finding.severity != VIOLATION for finding in findings):
        return True
    show(as_table(findings))
    click.echo(summary(findings, chosen), err=True)
    click.echo(chosen.say("not_loaded"), err=True)
    return False


def _sent(project: Project, remote: RemoteStore, chosen: Settings, step: Step) -> LocalStore:
    """Load a project into a remote store, graph by graph; return what was loaded."""
    from g7graph.build import open_local
    from g7graph.store.remote_writer import RemoteWriter, load, loadable

    store = open_local(project, on_step=lambda name: step(f"step_{name}", ""))
    begun: list[str] = []

    def told(graph: str) -> None:
        begun.append(graph)
        step("sending", graph)

    try:
        load(store.inner, RemoteWriter(remote, seconds=_SECONDS), who=_WHO, progress=told)
    except G7Error as error:
        done = max(len(begun) - 1, 0)
        raise StoreError(
            "load_stopped", done=done, count=len(loadable(store.inner)), detail=error.text(chosen.lang)
        ) from error
    return store
