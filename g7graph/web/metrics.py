"""What the service counts, in the text formats of Prometheus and OpenMetrics.

Kept answers are counted too, so counting must cost next to nothing: adding to a few numbers in memory that the
processes of the service share. Only who reads `/metrics` has them named and summed up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, product
from typing import NamedTuple, cast

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from g7graph import __version__
from g7graph.web import health
from g7graph.web.refusals import STATUS
from g7graph.web.tallies import Tallies

blueprint = Blueprint("metrics", __name__)

#: What `/metrics` says, name → help.
HELP = {
    "g7graph_requests": "Requests, by first segment of the path, method, class of status and where the answer is from",
    "g7graph_request_seconds": "Time until an answer is made anew (a stream: sent), by first segment of the path",
    "g7graph_answer_bytes": "Bytes of the bodies of answers: made anew, kept (hit), or with the client already (304)",
    "g7graph_problems": "Requests refused or ended, by kind of problem; limits are among them",
    "g7graph_answers_cut": "Answers whose client went away before their end",
    "g7graph_log_lines_lost": "Lines of the access log that could not be written",
    "g7graph_ready": "Whether the store answers",
    "g7graph_triples": "Triples in the store",
    "g7graph_graphs": "Named graphs in the store",
    "g7graph_edition": "How many times the data served was published since the service began",
    "g7graph_dataset": "The version of the data: a hash of its content",
    "g7graph_workers": "Processes that evaluate queries",
    "g7graph_build": "The version of the program",
}
#: Seconds; upper bounds of the histogram.
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
MADE, HIT, NOT_MODIFIED = OUTCOMES = ("made", "hit", "304")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "other")
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
#: Kinds of problem; a request body over the limit is told by Flask.
PROBLEMS = (*sorted(STATUS), "http_413")
_EXTENSION = "g7graph.metrics"
_OTHER = "other"
_SECONDS = "g7graph_request_seconds"
_SUM = len(BOUNDS) + 1  # after the buckets, the last of which has no bound
_PER_ROUTE = _SUM + 1
_MOST_PLACES = 512


class Happened(NamedTuple):
    """A request and its answer, as it is counted: `problem` is the key of an error, empty where there was none."""

    path: str
    method: str
    status: str
    outcome: str
    seconds: float
    size: int
    problem: str = ""
    cut: bool = False


class Metrics(Collector):
    """The numbers of a service; `routes` are the first segments of its addresses."""

    def __init__(self, routes: Iterable[str]) -> None:
        self.routes = [*sorted(set(routes)), _OTHER]
        self._labels = list(product(self.routes, METHODS, CLASSES, OUTCOMES))
        self._numbers = {labels: place for place, labels in enumerate(self._labels)}
        self._problem = {kind: place for place, kind in enumerate(PROBLEMS, len(self._labels))}
        self._latency = {
            route: len(self._labels) + len(PROBLEMS) + rank * _PER_ROUTE for rank, route in enumerate(self.routes)
        }
        self._bytes = {outcome: self._latency[_OTHER] + _PER_ROUTE + rank for rank, outcome in enumerate(OUTCOMES)}
        self._cut = self._bytes[OUTCOMES[-1]] + 1
        self._lost = self._cut + 1
        self._place = lru_cache(_MOST_PLACES)(self._placed)  # the same are often asked again
        self.tallies = Tallies(self._lost + 1)

    def count(self, one: Happened) -> None:
        """Count a request; of one whose answer was made anew, how long that took too."""
        made = one.outcome == MADE
        request, sent, latency = self._place(one.path, one.method, one.status, made)
        own = self.tallies.own
        with self.tallies.lock:
            own[request] += 1
            own[sent] += one.size
            if made:
                own[latency + bisect_left(BOUNDS, one.seconds)] += 1
                own[latency + _SUM] += one.seconds
            if one.cut:
                own[self._cut] += 1
            if one.problem in self._problem:
                own[self._problem[one.problem]] += 1

    def count_kept(self, path: str, method: str, status: str, size: int) -> None:
        """Count a request whose answer was there already, as `count` would, in next to no time."""
        request, sent, _ = self._place(path, method, status, False)
        tallies = self.tallies
        own = tallies.own
        with tallies.lock:
            own[request] += 1
            own[sent] += size

    def lost(self) -> None:
        """Count a line of the log that could not be written."""
        with self.tallies.lock:
            self.tallies.own[self._lost] += 1

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted, summed over the processes; what never happened to a route is left out."""
        sums = self.tallies.sums()
        requests = [(labels, sums[place]) for labels, place in self._numbers.items() if sums[place]]
        yield _counter("g7graph_requests", requests, ("route", "method", "status", "answer"))
        yield self._histogram(sums)
        sent = [((outcome,), sums[place]) for outcome, place in self._bytes.items()]
        yield _counter("g7graph_answer_bytes", sent, ("answer",))
        problems = [((kind,), sums[place]) for kind, place in self._problem.items()]
        yield _counter("g7graph_problems", problems, ("kind",))
        yield _counter("g7graph_answers_cut", [((), sums[self._cut])])
        yield _counter("g7graph_log_lines_lost", [((), sums[self._lost])])

    def _placed(self, path: str, method: str, status: str, made: bool) -> tuple[int, int, int]:
        """Return where a request is counted: its number, its bytes, the latencies of its route."""
        segment = "/" + "".join(path.split("/", 2)[1:2])
        route = segment if segment in self._latency else _OTHER
        outcome = MADE if made else NOT_MODIFIED if status.startswith("304") else HIT
        labels = (route, method if method in METHODS else _OTHER, f"{status[0]}xx", outcome)
        return self._numbers[labels], self._bytes[outcome], self._latency[route]

    def _histogram(self, sums: list[float]) -> Metric:
        family = HistogramMetricFamily(_SECONDS, HELP[_SECONDS], labels=["route"])
        for route, first in self._latency.items():
            numbers = list(accumulate(sums[first : first + _SUM]))
            if numbers[-1]:
                buckets = [(str(bound), number) for bound, number in zip((*BOUNDS, "+Inf"), numbers, strict=True)]
                family.add_metric([route], buckets, sums[first + _SUM])
        return family


class _State(Collector):
    """What is so now: the store and the processes."""

    def __init__(self, state: health.State) -> None:
        self.state = state

    def collect(self) -> Iterator[Metric]:
        """Yield what is known; what is not is left out."""
        state = self.state
        numbers = {
            "g7graph_ready": int(state.ready),
            "g7graph_triples": state.triples,
            "g7graph_graphs": state.graphs,
            "g7graph_edition": state.edition,
            "g7graph_workers": state.workers,
        }
        for name, number in numbers.items():
            if number is not None:
                yield GaugeMetricFamily(name, HELP[name], value=number)
        yield InfoMetricFamily("g7graph_dataset", HELP["g7graph_dataset"], {"version": state.version})
        yield InfoMetricFamily("g7graph_build", HELP["g7graph_build"], {"version": __version__})


def attach(app: Flask) -> Metrics:
    """Give an application its numbers, after all of its routes."""
    metrics = Metrics("/" + rule.rule.split("/", 2)[1] for rule in app.url_map.iter_rules())
    app.extensions[_EXTENSION] = metrics
    return metrics


def of(app: Flask) -> Metrics:
    """Return the numbers of an application."""
    return cast(Metrics, app.extensions[_EXTENSION])


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer with every number, in the format that the client takes."""
    registry = CollectorRegistry()
    registry.register(of(current_app))
    registry.register(_State(health.state()))
    encode, media_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(registry), content_type=media_type, headers={"Cache-Control": "no-store"})


def _counter(name: str, numbers: Iterable[tuple[tuple[str, ...], float]], labels: Sequence[str] = ()) -> Metric:
    family = CounterMetricFamily(name, HELP[name], labels=labels)
    for values, number in numbers:
        family.add_metric(values, number)
    return family
