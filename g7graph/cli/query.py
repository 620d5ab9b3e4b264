"""`g7graph query`: one saved query, or a file of SPARQL, in any format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import pyoxigraph as ox
from pyoxigraph import QueryBoolean, QueryResultsFormat, QueryTriples

from g7graph import run
from g7graph.build import open_store
from g7graph.cli.limits import LONGEST_SECONDS
from g7graph.cli.options import Decimal, output_file, shared
from g7graph.cli.output import plain, refuse_terminal, show, write
from g7graph.cli.services import abroad, allowed, federated
from g7graph.cli.speech import Command, Refused, settings
from g7graph.errors import UsageError
from g7graph.exports import FORMATS, GRAPHS, TABLES
from g7graph.project import Project
from g7graph.queries import Library, SavedQuery
from g7graph.store import Answer
from g7graph.store.answers import as_table
from g7graph.store.local import LocalStore
from g7graph.table import Table

SHOWN = "table"
#: What a truth value is in the SPARQL results formats that have one of their own.
_TRUTH = {"json": QueryResultsFormat.JSON, "xml": QueryResultsFormat.XML}


@click.command(cls=Command)
@click.argument("name", metavar="NAME|FILE")
@click.option("--param", "params", multiple=True, metavar="KEY=VALUE")
@click.option("--format", "form", metavar="|".join((SHOWN, *FORMATS)))
@output_file
@federated
@click.option("--query-seconds", type=Decimal(0.1, LONGEST_SECONDS), metavar="S")
@shared
@click.pass_context
def query(
    context: click.Context,
    /,
    name: str,
    params: tuple[str, ...],
    form: str | None,
    output: Path | None,
    **chosen: Any,
) -> None:
    """Run a saved query by its name, or a file of SPARQL."""
    common, federation = settings(context), allowed(chosen)
    project = Project.find(common.data)
    wanted = form or _by_extension(output)
    if wanted and wanted not in (SHOWN, *FORMATS):
        raise _no_format(wanted, (SHOWN, *FORMATS))
    refuse_terminal(wanted in FORMATS and FORMATS[wanted].binary, output, wanted)
    library = Library.read(project.queries)
    saved = _find(library, name)
    store = open_store(project)
    text = run.bind(store, saved, _pairs(params), lang=common.lang)
    if federation.check(text) and isinstance(store, LocalStore):
        answer = abroad(store, library, text, federation, chosen["query_seconds"])
    else:
        answer = store.query(text)
    content = _content(answer, saved, wanted)
    if isinstance(content, Table) and output is None:
        show(content)
    else:
        write(plain(content).encode() if isinstance(content, Table) else content, output)


def _content(answer: Answer | list[ox.Triple], saved: SavedQuery, wanted: str) -> bytes | Table:
    """Return an answer in the bytes of a format; a table to be shown stays one.

    Raises UsageError for a format that it cannot be had in.
    """
    if isinstance(answer, QueryTriples | list):
        if (wanted or "ttl") not in GRAPHS:
            raise _no_format(wanted, GRAPHS)
        return GRAPHS[wanted or "ttl"].write(answer)
    if (wanted or SHOWN) not in (SHOWN, *TABLES):
        raise _no_format(wanted, (SHOWN, *TABLES))
    if isinstance(answer, QueryBoolean) and wanted in _TRUTH:
        return answer.serialize(format=_TRUTH[wanted]) or b""
    table = run.typed(as_table(answer), saved)
    return TABLES[wanted].write(table) if wanted in TABLES else table


def _find(library: Library, name: str) -> SavedQuery:
    """Return the saved query of that name, else the one in that file. Raises UnknownName with the nearest names."""
    path = Path(name)
    if name in library.saved or not (path.suffix or path.is_file()):
        return library[name]
    if not path.is_file():
        raise UsageError("no_file", path=name)
    return SavedQuery.read(path)


def _pairs(params: Iterable[str]) -> dict[str, str]:
    """Read `key=value` pairs. Raises Refused for one without a key or an equals sign, or a key given twice."""
    pairs: dict[str, str] = {}
    for param in params:
        key, equals, value = param.partition("=")
        if not key or not equals or key in pairs:
            raise Refused("bad_pair", value=param)
        pairs[key] = value
    return pairs


def _by_extension(output: Path | None) -> str:
    """Return the format that a file's extension names, nothing where it names none."""
    extension = output.suffix.lstrip(".") if output else ""
    return next((name for name, known in FORMATS.items() if known.extension == extension), "")


def _no_format(name: str, known: Iterable[str]) -> UsageError:
    return UsageError("unknown_format", name=name, nearest=tuple(known))
