"""`g7graph verify`: whether a cited run of a saved query still gives the same result, and if not, why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import click
import pyoxigraph as ox

from g7graph import i18n
from g7graph.build import open_store
from g7graph.citation import Citation
from g7graph.cli.options import shared
from g7graph.cli.output import plain
from g7graph.cli.speech import Command, Refused, Settings, settings
from g7graph.errors import StoreError, UsageError
from g7graph.exports import results
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.result import hash_of
from g7graph.store.answers import RESULTS, as_table
from g7graph.store.download import downloaded
from g7graph.table import Table
from g7graph.verify import Again, again, differences

_JSON = "application/sparql-results+json"
_OK, _GONE = 200, 410
_MOST_ROWS = 20
#: Forms of a saved answer that tell datatypes.
_READ = ("json", "xml", "tsv")


@click.command(cls=Command)
@click.argument("address", metavar="URL")
@click.option("--answer", type=click.Path(path_type=Path, readable=False), metavar="FILE")
@click.option("--fetch", is_flag=True)
@shared
@click.pass_context
def verify(context: click.Context, address: str, answer: Path | None, *, fetch: bool) -> None:
    """Say whether a cited run gives the same result today, and if not, why."""
    chosen, cited = settings(context), Citation.read(address)
    saved = _saved(answer) if answer else None
    is_cited = saved is None or hash_of(results.json(saved)) == cited.result
    if not is_cited:
        click.echo(chosen.say("verify_other_file", path=answer))
    now = _fetched(address, cited, chosen) if fetch else _local(cited, chosen)
    is_same = now.citation.result == cited.result
    _say(cited, now, chosen)
    if not is_same and saved is not None and now.table is not None:
        _show(*differences(saved, now.table), chosen)
    context.exit(0 if is_same and is_cited else 1)


def _local(cited: Citation, chosen: Settings) -> Again:
    """Run the query again on the data at hand."""
    project = Project.find(chosen.data)
    return again(open_store(project), Library.read(project.queries), cited)


def _fetched(address: str, cited: Citation, chosen: Settings) -> Again:
    """Ask the deployment that the address is of. Raises StoreError where it answers neither the run nor a change."""
    parts = urlsplit(address)
    url = urlunsplit(parts._replace(path=_bare(parts.path, cited), query=urlencode(cited.values), fragment=""))
    found = downloaded(url, {"Accept": f"{_JSON}, application/problem+json;q=0.9", "Accept-Language": chosen.lang})
    if found.status == _OK:
        table = _read(found.body, "json", url)
        return Again(replace(cited, result=hash_of(results.json(table))), table)
    if found.status == _GONE:
        return Again(_now(found.body, cited))
    raise StoreError("no_answer", url=url, detail=found.status)


def _bare(path: str, cited: Citation) -> str:
    """Return a path without the extension of a format."""
    return path[: path.rindex(cited.result) + len(cited.result)]


def _now(problem: bytes, cited: Citation) -> Citation:
    """Return the run that a problem document says is today's; what it does not say stays open."""
    try:
        said = json.loads(problem)
        return Citation.read(str(said["now"]))
    except (ValueError, KeyError, TypeError, UsageError):
        return replace(cited, result="")


def _saved(path: Path) -> Table:
    """Read a saved answer. Raises UsageError for a file that is not there or in a form that does not tell datatypes."""
    if not path.is_file():
        raise UsageError("no_file", path=path)
    form = path.suffix.lstrip(".")
    if form not in _READ:
        raise Refused("verify_form", path=path, known=", ".join(_READ))
    return _read(path.read_bytes(), form, str(path))


def _read(content: bytes, form: str, where: str) -> Table:
    try:
        return as_table(ox.parse_query_results(content, format=RESULTS[form]))
    except (SyntaxError, ValueError) as error:
        raise StoreError("no_answer", url=where, detail=error) from error


def _say(cited: Citation, now: Again, chosen: Settings) -> None:
    """Print the verdict, and what has changed since."""
    changed = cited.changes(now.citation)
    causes = [one for one in changed if one != "result"]
    click.echo(chosen.say("verify_other" if "result" in changed else "verify_same", query=cited.query))
    for cause in causes or (["program"] if changed else []):
        click.echo("- " + i18n.text(f"web.run_changed_{cause}", chosen.lang))
    if now.refusal:
        click.echo("- " + now.refusal.text(chosen.lang))
    for name in ("version", "edition", "result"):
        before, after = getattr(cited, name), getattr(now.citation, name)
        then = f" → {after}" if after not in ("", before) else ""
        click.echo(f"  {chosen.say(f'verify_{name}')}: {before}{then}")


def _show(gone: Table, new: Table, chosen: Settings) -> None:
    """Print the rows that are gone and those that are new, up to a number."""
    for key, table in (("verify_gone", gone), ("verify_new", new)):
        if table.rows:
            click.echo(chosen.say(key, rows=len(table)))
            click.echo(plain(replace(table, rows=table.rows[:_MOST_ROWS])), nl=False)
            if len(table) > _MOST_ROWS:
                click.echo(chosen.say("verify_more", rows=len(table) - _MOST_ROWS))
