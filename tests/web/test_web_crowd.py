"""Room for new connections where somebody holds very many."""

from __future__ import annotations

import http.client
import resource
import socket
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from g7graph.web.connections import Connection
from g7graph.web.crowd import crowding, is_idle
from tests.services import serving

MANY = 4500  # more than two fronts take
HOST = "127.0.0.1"
NONE = 1_000_000  # no descriptor


def silent(address: str, number: int, seconds: float = 5.0) -> Connection:
    return Connection(NONE, (address, number), seconds, seconds, answered=False, heard=False)


def answered(address: str, number: int, *, ago: float, heard_ago: float) -> Connection:
    return Connection(NONE, (address, number), ago, heard_ago, answered=True)


@pytest.mark.parametrize(
    ("one", "idle"),
    [
        (silent("192.0.2.1", 1), True),
        (silent("192.0.2.1", 1, 0.2), False),  # its request is on the way
        (answered("192.0.2.1", 1, ago=2.0, heard_ago=2.1), True),
        (answered("192.0.2.1", 1, ago=9.0, heard_ago=2.1), False),  # asked again, and not answered yet
        (Connection(NONE, ("192.0.2.1", 1), 3.0, 3.0, answered=False), False),  # asked, and not answered yet
    ],
)
def test_a_connection_is_idle_where_nothing_is_asked(one: Connection, *, idle: bool) -> None:
    assert is_idle(one) is idle


def test_the_oldest_of_whoever_has_most_go_first() -> None:
    crowd = [silent("192.0.2.1", n, 5.0 + n) for n in range(40)]
    network = [silent(f"2001:db8::{n}", 0, 50.0 + n) for n in range(38)]  # one client: a /64
    few = [silent("192.0.2.9", n, 500.0) for n in range(32)]
    at_work = [Connection(NONE, ("192.0.2.7", n), 3.0, 3.0, answered=False) for n in range(60)]
    there = [*few, *network, *at_work, *crowd]
    assert crowding(there, 2) == [crowd[39], crowd[38]]
    assert {one.peer for one in crowding(there, 4)} == {one.peer for one in (*crowd[37:], network[37])}
    assert len(crowding(there, 1000)) == (40 - 32) + (38 - 32)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel does not say what goes over a connection")
def test_whoever_holds_thousands_of_connections_keeps_nobody_waiting(tmp_path: Path) -> None:
    data = tmp_path / "a.nt"
    data.write_text("<http://x/a> <http://x/p> <http://x/b> .\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY + 500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"this process may open {hard} files, and {wanted} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    try:
        with serving(data, writable=False) as service, ExitStack() as held:
            port = int(service.url.rpartition(":")[2])
            kept, other = (
                held.enter_context(closing(http.client.HTTPConnection(HOST, port, timeout=8, source_address=(own, 0))))
                for own in ("127.0.0.2", "127.0.0.4")
            )
            assert status(kept) == 200
            for _ in range(MANY):
                one = held.enter_context(socket.socket())
                one.setblocking(False)
                one.bind(("127.0.0.3", 0))
                one.connect_ex((HOST, port))
            assert status(other) == 200  # without room it is taken when silent ones end, after 15 seconds
            assert status(kept) == 200
            assert kept.sock is not None
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def status(connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/sparql?query=ASK%7B%7D")
    answer = connection.getresponse()
    answer.read()
    return answer.status
