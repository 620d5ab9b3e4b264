"""What a real service makes of clients that mean it ill: slow ones, greedy ones, those that vanish."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import sys
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.client import IncompleteRead
from pathlib import Path
from urllib.parse import quote

import brotli
import psutil
import pytest
import zstandard

from g7graph.project import Project
from g7graph.store.limits import Limits
from tests.web.serving import RUNAWAY, SECONDS, Server, answered, received, serving

TOKEN = "a-token-of-some-length"  # noqa: S105 - of this test only
MANY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?g) } LIMIT 20000"
NOISE = "SELECT (SHA512(STR(RAND())) AS ?h) { ?a ?b ?c . ?d ?e ?f . ?g ?i ?j . ?k ?l ?m } LIMIT 200000"
PLAIN = "".join(f'<http://x/s{number}> <http://x/p> "{number}" <http://x/g> .\n' for number in range(100))
#: Limits that are too long for a test, made shorter where they stand.
HURRIED = """
from g7graph.web import intake, outgo, serve
intake._SECONDS = 1.5
outgo._GRACE_SECONDS = 1
outgo._BYTES_A_SECOND = 1e9
"""
IMPATIENT = "from g7graph.web import serve\nserve._UNTAKEN_MILLISECONDS = 500"
ASKED_AT_ONCE = 100
#: How a body that was slow ends; of those of one client, one may be cut in the place of another.
REFUSED = {400, 408}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="which connection is whose is told by Linux")


@pytest.fixture(scope="module")
def server(small: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(small.root, tmp_path_factory.mktemp("temporary")) as one:
        yield one


@pytest.fixture(scope="module")
def hurried(small: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(small.root, tmp_path_factory.mktemp("temporary"), code=HURRIED) as one:
        yield one


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "data.nq").write_text(PLAIN, encoding="utf-8")
    (folder / "tokens").write_text(f"ana {TOKEN}\n", encoding="utf-8")
    temporary = tmp_path_factory.mktemp("temporary")
    with serving(folder / "data.nq", temporary, "--writable", "--token-file", str(folder / "tokens")) as one:
        yield one


def posted(length: int, body: bytes = b"", *, more: str = "", path: str = "/sparql", method: str = "POST") -> bytes:
    """Return a request whose body is said to have a length, and as much of it as there is."""
    kind = "application/sparql-query" if path == "/sparql" else "application/n-triples"
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n"
    return head.encode() + body


def drip(connection: socket.socket, over: threading.Event) -> None:
    with suppress(OSError):
        while not over.wait(0.2):
            connection.sendall(b" ")


@pytest.mark.parametrize("dripping", [True, False])
def test_a_body_that_does_not_arrive_in_time_is_refused_and_its_connection_closed(
    hurried: Server, *, dripping: bool
) -> None:
    over = threading.Event()
    with hurried.connect() as connection:
        connection.sendall(posted(1000, b"ASK {}"))
        if dripping:
            threading.Thread(target=drip, args=(connection, over), daemon=True).start()
        said = received(connection)
        over.set()
    assert (said.status, said.headers["content-type"], said.closed) == (408, "application/problem+json", True)
    assert json.loads(said.body)["status"] == 408


def test_a_chunked_body_that_does_not_end_is_refused_too(hurried: Server) -> None:
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n"
    )
    said = hurried.send(head + b"\r\n6\r\nASK {}\r\n")
    assert (said.status, said.closed) == (408, True)


def test_other_connections_of_a_slow_client_are_left_alone(hurried: Server) -> None:
    """One that waits for an answer is not quiet because it sends slowly; one that had an answer is not slow."""
    with ExitStack() as opened:
        others = [opened.enter_context(hurried.connect()) for _ in range(8)]
        for one in others:
            one.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answered(one)[0].status == 200
        slow = [opened.enter_context(hurried.connect()) for _ in range(4)]
        for one in slow:
            one.sendall(posted(1000))
        assert {received(one).status for one in slow} <= REFUSED
        for one in others:
            one.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answered(one)[0].status == 200


def test_of_many_slow_bodies_of_one_client_the_oldest_end_at_once(server: Server) -> None:
    """Each occupies a thread: a client has at most eight in a front, whatever time is left."""
    with ExitStack() as opened:
        slow = [opened.enter_context(server.connect()) for _ in range(40)]
        for one in slow:
            one.sendall(posted(1000))
        most = 8 * len(server.fronts)
        server.wait_until(lambda: sum(map(has_answered, slow)) >= len(slow) - most)
        refused = [one for one in slow if has_answered(one)]
        assert len(refused) < len(slow)
        assert {received(one).status for one in refused} <= REFUSED
        quick = server.send(posted(6, b"ASK {}", more="Connection: close\r\n"))
        assert (quick.status, json.loads(quick.body)["boolean"]) == (200, True)


def test_headers_that_do_not_arrive_occupy_no_thread(server: Server) -> None:
    with ExitStack() as opened:
        for _ in range(300):
            opened.enter_context(server.connect()).sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert all(server.ask(f"ASK {{}} # {number}")[0] == 200 for number in range(20))


@pytest.mark.parametrize("more", ["", "Accept-Encoding: gzip\r\n"])
def test_an_answer_that_is_not_fetched_in_time_is_cut_and_seen_to_be(hurried: Server, more: str) -> None:
    before = hurried.open_files
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        connection.settimeout(SECONDS)
        connection.connect(("127.0.0.1", hurried.port))
        connection.sendall(f"GET /sparql?query={quote(NOISE)}&format=csv HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode())
        connection.recv(100, socket.MSG_PEEK)
        hurried.wait_until(lambda: hurried.open_files <= before)  # the file of the answer is closed
        with pytest.raises((IncompleteRead, ConnectionResetError)):
            answered(connection)


def test_the_kernel_ends_a_connection_whose_client_takes_nothing(small: Project, tmp_path: Path) -> None:
    with serving(small.root, tmp_path, code=IMPATIENT) as server, socket.socket() as connection:
        before = server.open_files
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(SECONDS)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(f"GET /sparql?query={quote(MANY)}&format=csv HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        connection.recv(100, socket.MSG_PEEK)
        server.wait_until(lambda: server.open_files <= before)
        with pytest.raises((IncompleteRead, ConnectionResetError)):
            answered(connection)


def zipped(coding: str, body: bytes) -> bytes:
    packers = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress, "deflate": zlib.compress}
    for name in coding.split(", "):
        body = packers[name](body)
    return body


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "gzip, gzip", "deflate, br"])
def test_a_compressed_body_is_refused_unread(server: Server, coding: str) -> None:
    bomb = zipped(coding, b" " * 20_000_000 + b"ASK {}")
    headers = {"Content-Type": "application/sparql-query", "Content-Encoding": coding}
    status, body = server.get("/sparql", headers, bomb)
    assert (status, json.loads(body)["type"]) == (415, "https://w3id.org/g7graph/problem/coded")


def written(server: Server) -> int:
    return len(server.get("/graph-store?graph=http://x/g", {"Accept": "application/n-triples"})[1].splitlines())


def test_a_write_whose_body_is_cut_changes_nothing(writable: Server) -> None:
    """Cut at the end of a line, N-Triples are N-Triples still: it must not pass for the whole graph."""
    whole = "".join(f'<http://x/new{number}> <http://x/p> "" .\n' for number in range(1000)).encode()
    half = whole[: whole.index(b"<http://x/new500>")]
    authorised = f"Authorization: Bearer {TOKEN}\r\n"
    target = "/graph-store?graph=http://x/g"
    with writable.connect() as connection:
        connection.sendall(posted(len(whole), half, more=authorised, path=target, method="PUT"))
        connection.shutdown(socket.SHUT_WR)
        assert received(connection).status in (0, 400)
    chunks = f"{len(half):x}\r\n".encode() + half + b"\r\n"
    head = f"PUT {target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/n-triples\r\n{authorised}"
    for end in (b"", b"not a length\r\n", b"0\r\n\r\n"):
        with writable.connect() as connection:
            connection.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + end)
            connection.shutdown(socket.SHUT_WR)
            assert received(connection).status in (0, 411)
    assert written(writable) == 100
    with writable.connect() as connection:
        more = f"{authorised}Connection: close\r\n"
        connection.sendall(posted(len(whole), whole, more=more, path=target, method="PUT"))
        assert received(connection).status == 204
    assert written(writable) == 1000


def test_one_client_has_its_turns_and_no_more(server: Server) -> None:
    """Those that run, those that wait, and those that are told to come back; then nothing is left of any of them."""
    before, workers = server.metrics(), set(server.nursery.children())
    with ExitStack() as opened:
        asked = [opened.enter_context(server.connect()) for _ in range(ASKED_AT_ONCE)]
        for number, one in enumerate(asked):
            query = quote(f"{RUNAWAY} # {number}")
            one.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        limits = Limits()
        most = limits.per_client + len(server.fronts) * (limits.waiting // 2 + limits.per_client)
        refused: list[socket.socket] = []
        while len(refused) < ASKED_AT_ONCE - most:
            refused += [one for one in asked if one not in refused and has_answered(one)]
        for one in refused:
            response, body = answered(one)
            assert (response.status, json.loads(body)["limit"]) == (429, limits.per_client)
            assert int(response.headers["Retry-After"]) > 0
        busy = [one for one in server.nursery.children() if one.cpu_percent(0.2) > 0]
        assert len(busy) <= limits.per_client
    server.wait_until(lambda: not any(map(works, server.nursery.children())))
    server.wait_until(lambda: len(server.nursery.children()) == len(workers))
    assert server.ask("ASK { ?s ?p ?o }")[0] == 200
    after = server.metrics()
    gone = 'g7graph_problems_total{kind="client_gone"}'
    assert after.get(gone, 0) > before.get(gone, 0)


def works(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.cpu_percent(0.2) > 0
    return False


def has_answered(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(SECONDS)


def test_a_query_that_takes_long_gives_way_to_everything_else(server: Server) -> None:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(server.ask, RUNAWAY, timeout="2")
        lowered: list[int] = []

        def seen() -> bool:
            found = {one.pid: priorities(one) for one in server.nursery.children()}
            lowered[:] = [pid for pid, values in found.items() if values == [0, 19]]
            assert all(values in ([0], [0, 0], [0, 19]) for values in found.values())
            return bool(lowered)

        server.wait_until(seen)
        assert asked.result()[0] == 503
    server.wait_until(lambda: lowered[0] not in [one.pid for one in server.nursery.children()])
    assert {value for one in server.nursery.children() for value in priorities(one)} == {0}
    assert {value for front in server.fronts for value in priorities(front)} == {0}


def priorities(process: psutil.Process) -> list[int]:
    """How nice each thread of a process is, sorted; those that end meanwhile are left out."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for thread in process.threads():
            with suppress(ProcessLookupError):
                found.append(os.getpriority(os.PRIO_PROCESS, thread.id))
    return sorted(found)


def test_a_thousand_idle_connections_shut_nobody_out(server: Server) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 3000:
        pytest.skip("this process may not have as many connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 3000), hard))
    try:
        with ExitStack() as opened:
            for _ in range(1500):
                opened.enter_context(server.connect())
            assert server.ask("ASK { ?s ?p ?o }")[0] == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_folder_of_a_killed_service_is_removed_by_the_next(small: Project, tmp_path: Path) -> None:
    (tmp_path / "g7graph-notes").mkdir()  # somebody's own, without a lock
    with serving(small.root, tmp_path) as killed, serving(small.root, tmp_path) as other:
        both = set(tmp_path.glob("g7graph-*"))
        everybody = killed.everybody
        killed.process.send_signal(signal.SIGKILL)
        psutil.wait_procs(everybody, timeout=SECONDS)
        assert set(tmp_path.glob("g7graph-*")) == both
        with serving(small.root, tmp_path) as third:
            left = set(tmp_path.glob("g7graph-*"))
            assert len(left & both) == 2  # the notes, and that of the service that still runs
            assert len(left - both) == 1
            assert other.ask()[0] == third.ask()[0] == 200


def test_ctrl_c_ends_all_processes_whoever_is_connected(small: Project, tmp_path: Path) -> None:
    """A terminal sends it to all of them: the fronts leave it to their parent, and end when it says so."""
    with serving(small.root, tmp_path) as server, server.connect() as idle:
        idle.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answered(idle)[0].status == 200
        everybody = server.everybody
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.process.wait(4) == 0  # less than what those that are waited for are given
        assert psutil.wait_procs(everybody, timeout=SECONDS)[1] == []
        assert list(tmp_path.iterdir()) == []
