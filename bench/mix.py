"""The mixed load of a soak: what its clients send, chosen by chance, and what each request may end in."""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from g7graph import vocab

TIMEOUT_SECONDS = 120
TOKEN = "soak-soak-soak-soak"  # noqa: S105 - of a service that ends with the run
_GRAPH = vocab.GRAPH + "soak"
_RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 40000"
_BROKEN = (
    "SELECT * {",
    "ASK {} LIMIT",
    "INSERT DATA { <a> <b> <c> }",
    "SELECT * { SERVICE <http://x/> {} }",
    "\x00" * 9,
)
_PAGES = ("/", "/sparql", "/health", "/metrics", "/ontology", "/graph/")
_FORM = "application/x-www-form-urlencoded"
_FINE, _BUSY, _REFUSED = frozenset({200}), frozenset({429, 503}), frozenset({400, 403})
_LANGUAGES = ("es", "en", "fr")


@dataclass(frozen=True)
class Sent:
    """A request: what is sent, the statuses that it may end in, whether its client goes away without an answer."""

    target: str
    expected: frozenset[int]
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    leaves: bool = False


def _asked(text: str) -> str:
    return f"/sparql?query={quote(text)}"


def _valid(chance: random.Random, _: Sequence[str]) -> Sent:
    return Sent(_asked(f"SELECT * {{ ?s ?p ?o }} LIMIT {chance.randrange(500)}"), _FINE | _BUSY)


def _repeated(_: random.Random, __: Sequence[str]) -> Sent:
    return Sent(_asked("SELECT * { ?s ?p ?o } LIMIT 100"), _FINE | _BUSY)


def _saved(chance: random.Random, targets: Sequence[str]) -> Sent:
    return Sent(f"{chance.choice(targets)}?lang={chance.choice(_LANGUAGES)}", _FINE)


def _page(chance: random.Random, _: Sequence[str]) -> Sent:
    return Sent(chance.choice(_PAGES), _FINE, headers={"Accept": "text/html, */*"})


def _graph(_: random.Random, __: Sequence[str]) -> Sent:
    return Sent(f"/graph-store?graph={quote(vocab.GRAPH + 'agencies')}", _FINE | _BUSY)


def _invalid(chance: random.Random, _: Sequence[str]) -> Sent:
    body = f"query={quote(chance.choice(_BROKEN))}".encode()
    return Sent("/sparql", _REFUSED, "POST", body, {"Content-Type": _FORM})


def _large(chance: random.Random, _: Sequence[str]) -> Sent:
    return Sent(_asked(f"{_LARGE} # {chance.random()}"), _FINE | _BUSY)


def _runaway(chance: random.Random, _: Sequence[str]) -> Sent:
    return Sent(_asked(f"{_RUNAWAY} # {chance.random()}"), _BUSY)


def _vanish(chance: random.Random, _: Sequence[str]) -> Sent:
    return Sent(_asked(f"{_RUNAWAY} # {chance.random()}"), _FINE, leaves=True)


def _unread(chance: random.Random, _: Sequence[str]) -> Sent:
    return Sent(_asked(f"{_LARGE} # {chance.random()}"), _FINE, leaves=True)


def _cut(_: random.Random, __: Sequence[str]) -> Sent:
    return Sent("/sparql", _FINE, "POST", b"query=ASK", {"Content-Type": _FORM, "Content-Length": "99"}, leaves=True)


def _write(chance: random.Random, _: Sequence[str]) -> Sent:
    body = f'<{vocab.THING}note/soak> <{vocab.PREFIXES["rdfs"]}comment> "{chance.random()}"@en .'.encode()
    headers = {"Content-Type": "text/turtle", "Authorization": f"Bearer {TOKEN}"}
    return Sent(f"/graph-store?graph={quote(_GRAPH)}", frozenset({201, 204}), "PUT", body, headers)


#: Kind → what makes a request of it, and how often there is one beside the others.
KINDS: Mapping[str, tuple[Callable[[random.Random, Sequence[str]], Sent], int]] = {
    "valid": (_valid, 30),
    "repeated": (_repeated, 10),
    "saved": (_saved, 15),
    "page": (_page, 5),
    "graph": (_graph, 5),
    "invalid": (_invalid, 15),
    "large": (_large, 2),
    "runaway": (_runaway, 1),
    "vanish": (_vanish, 4),
    "unread": (_unread, 2),
    "cut": (_cut, 3),
    "write": (_write, 1),
}


class Load:
    """Clients that send requests chosen by chance until they are told to stop."""

    def __init__(self, port: int, targets: Sequence[str], *, writable: bool) -> None:
        self.port, self.targets = port, targets
        self.weights = {kind: often for kind, (_, often) in KINDS.items() if writable or kind != "write"}
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.statuses: dict[str, Counter[str]] = defaultdict(Counter)
        self.wrong: list[str] = []
        self._lock = threading.Lock()
        self._writer = threading.Lock()

    def run(self, clients: int, seconds: float, seed: int) -> None:
        """Send for some seconds, from several clients at once."""
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=self._client, args=(number, seed, end)) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _client(self, number: int, seed: int, end: float) -> None:
        chance = random.Random(f"{seed}-{number}")  # noqa: S311 - no secrets
        line = Line(self.port, f"127.0.0.{number + 2}")
        while time.monotonic() < end:
            (kind,) = chance.choices([*self.weights], [*self.weights.values()])
            if kind == "write" and not self._writer.acquire(blocking=False):
                kind = "valid"  # writes are made one after another, each is validated: they would only pile up
            sent = KINDS[kind][0](chance, self.targets)
            begun = time.perf_counter()
            try:
                outcome: int | str = line.leave(sent, chance) if sent.leaves else line.exchange(sent)
            except (OSError, http.client.HTTPException) as error:
                outcome = repr(error)
            if kind == "write":
                self._writer.release()
            with self._lock:
                self.seconds[kind].append(time.perf_counter() - begun)
                self.statuses[kind][str(outcome)] += 1
                if outcome not in sent.expected:
                    self.wrong.append(f"{kind}: {outcome} to {sent.method} {sent.target[:120]}")


@dataclass(frozen=True)
class Line:
    """How a client reaches the service: from an address of its own, so that it has turns of its own."""

    port: int
    source: str

    def exchange(self, sent: Sent) -> int:
        """Send a request and read its answer; return its status."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, TIMEOUT_SECONDS, (self.source, 0))
        try:
            connection.request(sent.method, sent.target, sent.body or None, dict(sent.headers))
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()

    def leave(self, sent: Sent, chance: random.Random) -> int:
        """Send a request, wait a little and go; what becomes of it is seen at the end."""
        with socket.create_connection(("127.0.0.1", self.port), TIMEOUT_SECONDS, (self.source, 0)) as connection:
            headers = [f"{name}: {value}" for name, value in sent.headers.items()]
            lines = [f"{sent.method} {sent.target} HTTP/1.1", "Host: x", *headers]
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + sent.body)
            time.sleep(chance.uniform(0, 0.5))
        return min(sent.expected)
