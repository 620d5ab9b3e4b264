"""`g7graph validate`: the findings of a framework, of other data, of files beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path

import click
from pyoxigraph import Literal

from g7graph.cli.options import output_file, shared
from g7graph.cli.output import plain, progress, show, write
from g7graph.cli.speech import Command, Settings, settings
from g7graph.errors import UsageError
from g7graph.exports import TABLES
from g7graph.project import Project
from g7graph.table import Column, Table
from g7graph.validate import STEPS, Finding
from g7graph.validate.findings import SEVERITIES, VIOLATION

_COLUMNS = tuple(Column(field.name, "integer" if field.name == "line" else "string") for field in fields(Finding))


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, readable=False), metavar="[PATH]...")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
@output_file
@shared
@click.pass_context
def validate(context: click.Context, paths: tuple[Path, ...], form: str, output: Path | None) -> None:
    """Validate; exits with 1 where there are violations."""
    chosen = settings(context)
    findings = [finding for project, extra in _targets(chosen, paths) for finding in found_in(project, extra, chosen)]
    if form == "json":
        listed = json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2)
        write((listed + "\n").encode(), output)
    elif form == "csv":
        write(TABLES["csv"].write(as_table(findings)), output)
    elif output:
        write(plain(as_table(findings)).encode(), output)
    elif findings:
        show(as_table(findings))
    click.echo(summary(findings, chosen), err=True)
    if any(finding.severity == VIOLATION for finding in findings):
        context.exit(1)


def as_table(findings: list[Finding]) -> Table:
    """Return the findings as a table; a line that is not known stays empty."""
    rows = (
        tuple(None if value in (0, "") else Literal(value) for value in asdict(finding).values())
        for finding in findings
    )
    return Table(_COLUMNS, tuple(rows))


def _targets(chosen: Settings, paths: tuple[Path, ...]) -> Iterator[tuple[Project, list[Path]]]:
    """Yield what to validate: a folder as `--data` would, files together with the framework; each file once."""
    for path in paths:
        if not path.exists():
            raise UsageError("no_file", path=path)
    folders = [path for path in paths if path.is_dir()]
    files = [path for path in paths if not path.is_dir()]
    if files or not folders:
        project = Project.find(chosen.data)
        own = {path.resolve() for path in (*(file.path for file in project.graph_files()), *project.shape_files())}
        yield project, [path for path in files if path.resolve() not in own]
    for folder in folders:
        yield Project.find(folder), []


def found_in(project: Project, extra: list[Path], chosen: Settings) -> list[Finding]:
    """Validate a project, and files beside it, with a bar that shows how far it is."""
    from g7graph.validate import validate as find

    with progress() as bar:
        task = bar.add_task("", total=len(STEPS))
        begun = iter(range(len(STEPS)))
        return find(
            project,
            extra=extra,
            lang=chosen.lang,
            on_step=lambda name: bar.update(task, completed=next(begun), description=chosen.say(f"step_{name}")),
        )


def summary(findings: list[Finding], chosen: Settings) -> str:
    """Say how many findings there are of each severity."""
    if not findings:
        return chosen.say("no_findings")
    counts = Counter(finding.severity for finding in findings)
    return chosen.say("findings", **{severity: counts[severity] for severity in SEVERITIES})
