"""The command: reads the manifests, starts the server, runs the cases, prints what failed and the score."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tests.w3c import description, exchange, queries, servers, updates
from tests.w3c.manifest import DESCRIPTION, GRAPH_STORE, GROUPS, PROTOCOL, QUERY, UPDATE, Case, ManifestError, cases
from tests.w3c.matching import Undecided
from tests.w3c.outcome import FAILED, NOT_APPLICABLE, PASSED, Failure, NotApplicable, Outcome
from tests.w3c.results import UnreadableAnswer
from tests.w3c.service import ServerError, Service

_RUN: dict[str, Callable[[Case, Service], None]] = {
    QUERY: queries.run,
    UPDATE: updates.run,
    PROTOCOL: exchange.protocol,
    GRAPH_STORE: exchange.graph_store,
    DESCRIPTION: description.run,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the cases asked for; 0 where all passed, 1 where one failed, 2 where nothing could be run."""
    options = _options().parse_args(arguments)
    try:
        chosen = [case for case in cases(options.rdf_tests.resolve()) if case.group in (options.group or GROUPS)]
    except ManifestError as error:
        _say(str(error))
        return 2
    found = []
    for group in GROUPS:
        of_group = [case for case in chosen if case.group == group]
        for outcome in _group(of_group, options) if of_group else ():
            found.append(outcome)
            if outcome.status != PASSED or options.verbose:
                _say(f"{outcome.status.upper()} {group} {outcome.case.name}: {outcome.why or 'as expected'}")
    return _report(found)


def _group(of_group: list[Case], options: argparse.Namespace) -> Iterable[Outcome]:
    """Run the cases of a group against one server; where it does not start, each case has failed for that reason."""
    with tempfile.TemporaryDirectory(prefix="w3c-") as folder:
        try:
            with _server(options, Path(folder)) as service:
                yield from (outcome(case, service) for case in of_group)
        except ServerError as error:
            yield from (Outcome(case, FAILED, str(error)) for case in of_group)


def outcome(case: Case, service: Service) -> Outcome:
    """Run one case."""
    try:
        _RUN[case.group](case, service)
    except NotApplicable as reason:
        return Outcome(case, NOT_APPLICABLE, str(reason))
    except Undecided:
        return Outcome(case, FAILED, "the blank nodes of the answer could not be paired within the tries allowed")
    except (Failure, ServerError, UnreadableAnswer, ManifestError) as error:
        return Outcome(case, FAILED, str(error))
    return Outcome(case, PASSED)


def _server(options: argparse.Namespace, folder: Path) -> AbstractContextManager[Service]:
    if options.server == "ours":
        return servers.ours_read_only(folder) if options.read_only else servers.ours(folder)
    if options.server == "oxigraph":
        return servers.oxigraph(options.oxigraph, folder)
    address = options.server.rstrip("/")
    query = options.query_url or f"{address}/sparql"
    graphs = options.graph_store_url or f"{address}/graph-store"
    return nullcontext(Service(query, options.update_url or query, graphs, options.token))


def _report(found: list[Outcome]) -> int:
    """Print the score of each part of the suite, of each group and of all; return the exit code."""
    for group in GROUPS:
        editions = sorted({one.case.where.partition("/")[0] for one in found if one.case.group == group})
        for edition in editions:
            _score(
                f"{group} {edition}",
                [one for one in found if one.case.group == group and one.case.where.startswith(edition)],
            )
        if len(editions) > 1:
            _score(group, [one for one in found if one.case.group == group])
    _score("all", found)
    return int(any(one.status == FAILED for one in found) or not found)


def _score(what: str, found: list[Outcome]) -> None:
    counts = {status: sum(one.status == status for one in found) for status in (PASSED, FAILED, NOT_APPLICABLE)}
    aside = f" ({counts[NOT_APPLICABLE]} not applicable)" if counts[NOT_APPLICABLE] else ""
    _say(f"{what}: {counts[PASSED]} of {counts[PASSED] + counts[FAILED]}{aside}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a program of its own


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.w3c", description=__doc__)
    parser.add_argument("--rdf-tests", type=Path, required=True, metavar="DIR", help="the folder sparql of rdf-tests")
    parser.add_argument("--server", required=True, metavar="ours|oxigraph|URL", help="what is tested")
    parser.add_argument("--group", action="append", choices=GROUPS, help="these groups only")
    parser.add_argument("--read-only", action="store_true", help="ours as it is by default, restarted for other data")
    parser.add_argument("--oxigraph", default="oxigraph", metavar="PATH", help="the peer's program")
    for name in ("query", "update", "graph-store"):
        parser.add_argument(f"--{name}-url", metavar="URL", help=f"where the service at URL takes this: {name}")
    parser.add_argument("--token", metavar="TOKEN", help="sent as a bearer to the service at URL")
    parser.add_argument("--verbose", action="store_true", help="print the cases that passed, too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
