"""The processes of a real service: what ends, what is replaced, what is left behind."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from g7graph.project import Project
from g7graph.store.limits import Limits

SECONDS = 20
WORKERS = Limits().together + Limits().own
MANY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?g) } LIMIT 20000"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tells processes apart by what Linux says of them")


class Served:
    """A service of its own: the process that was started, and those that it started."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
        self.process, self.port, self.folder = process, port, folder
        self.parent = psutil.Process(process.pid)

    def get(self, path: str, **headers: str) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            return bytes(response.read())

    def ask(self, text: str = "ASK {}") -> bool:
        return bool(json.loads(self.get(f"/sparql?query={quote(text)}"))["boolean"])

    def health(self) -> tuple[int, dict[str, object]]:
        try:
            return 200, json.loads(self.get("/health"))
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    @property
    def everybody(self) -> list[psutil.Process]:
        return [self.parent, *self.parent.children(recursive=True)]

    @cached_property
    def nursery(self) -> psutil.Process:
        (one,) = [child for child in self.parent.children() if children(child)]
        return one

    @property
    def workers(self) -> list[psutil.Process]:
        return children(self.nursery)

    @property
    def fronts(self) -> list[psutil.Process]:
        return [child for child in self.parent.children() if child != self.nursery]


def children(process: psutil.Process) -> list[psutil.Process]:
    """Those that a process started; none where it ends just now."""
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []


@contextmanager
def started(root: Path, folder: Path, *options: str) -> Iterator[Served]:
    """Start a service whose temporary files go to a folder; whatever is left of it is ended."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "g7graph", "serve", "--data", str(root), "--port", str(port), *options]
    environment = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, start_new_session=True)
    served = Served(process, port, folder)
    everybody = [served.parent]
    try:
        wait_until(lambda: answers(served), process)
        everybody = [*served.everybody, served.nursery]
        yield served
    finally:
        for one in everybody:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.communicate(timeout=SECONDS)


def answers(served: Served) -> bool:
    try:
        return served.health()[0] == 200
    except (urllib.error.URLError, ConnectionError):
        return False


def wait_until(true: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


@pytest.fixture
def served(small: Project, tmp_path: Path) -> Iterator[Served]:
    with started(small.root, tmp_path) as service:
        yield service


def left(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that do not end in time; what has ended and waits for its status to be read has ended."""
    deadline = time.monotonic() + SECONDS
    while (alive := [one for one in processes if works(one)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive


def works(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_service_that_is_told_to_end_leaves_nothing_behind(served: Served, sent: signal.Signals) -> None:
    assert served.ask()
    everybody = served.everybody
    assert len(everybody) >= 2 + 1 + WORKERS
    served.process.send_signal(sent)
    assert served.process.wait(SECONDS) == 0
    assert left(everybody) == []
    assert list(served.folder.iterdir()) == []


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_that_all_processes_hear_ends_the_service_as_well(served: Served, sent: signal.Signals) -> None:
    """A terminal sends it to all, as does `timeout`, and systemd unless told otherwise: what runs is finished."""
    assert served.ask()
    everybody = served.everybody
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(served.get, f"/sparql?query={quote(RUNAWAY)}&timeout=2")
        wait_until(lambda: any(worker.cpu_times().user > 0.3 for worker in served.workers), served.process)
        os.killpg(served.process.pid, sent)
        assert isinstance(ended := asked.exception(), urllib.error.HTTPError)
        assert json.loads(ended.read())["limit"] == 2
    assert served.process.wait(SECONDS) == 0
    assert served.process.stderr
    assert len(served.process.stderr.read().splitlines()) <= 1  # that it listens, unless that was read before
    assert left(everybody) == []
    assert list(served.folder.iterdir()) == []


def test_what_is_told_to_end_by_others_than_the_parent_goes_on(served: Served) -> None:
    before = [served.nursery, *served.fronts, *served.workers]
    for one in before:
        one.terminate()
    assert served.ask("ASK { ?s ?p ?o }")
    assert [served.nursery, *served.fronts, *served.workers] == before


def test_a_service_started_by_nohup_outlives_its_terminal(small: Project, tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup has it, for what it starts
    try:
        with started(small.root, tmp_path) as served:
            os.killpg(served.process.pid, signal.SIGHUP)
            time.sleep(0.2)
            assert served.ask("ASK { ?s ?p ?o }")
            assert all(map(works, served.everybody))
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_service_that_is_killed_leaves_no_process_behind(served: Served) -> None:
    everybody = served.everybody
    served.process.kill()
    served.process.wait(SECONDS)
    assert left(everybody) == []


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_a_runaway_ends_with_its_service(served: Served, sent: signal.Signals) -> None:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(served.get, f"/sparql?query={quote(RUNAWAY)}")
        wait_until(lambda: any(worker.cpu_times().user > 0.3 for worker in served.workers), served.process)
        everybody = served.everybody
        served.process.send_signal(sent)
        assert left(everybody) == []
        assert isinstance(asked.exception(), (urllib.error.URLError, ConnectionError, http.client.HTTPException))


def test_a_download_is_whole_or_seen_to_be_cut_when_the_service_ends(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=SECONDS) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        connection.sendall(f"GET /sparql?query={quote(MANY)}&format=csv HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        response = http.client.HTTPResponse(connection)
        response.begin()
        length = int(response.headers["Content-Length"])
        assert length > 1_000_000
        assert response.read(1000)
        served.process.terminate()
        assert served.process.wait(SECONDS) == 0
        with suppress(http.client.IncompleteRead, ConnectionError):
            assert len(response.read()) == length - 1000


def test_a_worker_that_is_killed_is_replaced(served: Served) -> None:
    before = served.workers
    for worker in before:
        worker.kill()
    wait_until(lambda: len(served.workers) == WORKERS and not set(before) & set(served.workers), served.process)
    assert served.ask("ASK { ?s ?p ?o }")
    wait_until(lambda: f"g7graph_workers {WORKERS}.0\n" in served.get("/metrics").decode(), served.process)


def test_a_service_whose_nursery_is_killed_ends_to_be_started_again(served: Served) -> None:
    """Without it nobody would replace the workers: better to end than to be half alive.

    Who starts again only what failed (`Restart=on-failure`) is to see that it did; who reads the log, why.
    """
    everybody = served.everybody
    served.nursery.kill()
    assert served.process.wait(SECONDS) == 2
    assert left(everybody) == []
    assert served.process.stderr
    assert "Inicie el servicio de nuevo" in served.process.stderr.read().decode()


def test_where_memory_runs_out_a_worker_ends_first(served: Served) -> None:
    scores = {one.pid: int(Path(f"/proc/{one.pid}/oom_score_adj").read_text()) for one in served.everybody}
    assert all(scores[one.pid] == 500 for one in served.workers)
    assert all(scores[one.pid] < 500 for one in [served.parent, served.nursery, *served.fronts])


def test_a_front_that_is_killed_is_replaced_and_its_counts_stay(served: Served) -> None:
    for _ in range(10):
        served.ask()
    before = served.fronts
    for front in before:
        front.kill()
    wait_until(lambda: len(set(served.fronts) - set(before)) == len(before), served.process)
    wait_until(lambda: answers(served), served.process)
    assert served.ask()
    counted = [line for line in served.get("/metrics").decode().splitlines() if 'route="/sparql"' in line]
    assert sum(float(line.split()[-1]) for line in counted if line.startswith("g7graph_requests_total")) == 11


def test_the_counts_are_those_of_all_fronts(served: Served) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: served.ask(), range(40)))
    totals = {line for line in served.get("/metrics").decode().splitlines() if line.startswith("g7graph_requests_tot")}
    made = [line for line in totals if 'route="/sparql"' in line]
    assert sum(float(line.split()[-1]) for line in made) == 40


def test_a_service_is_not_ready_while_no_worker_answers(served: Served) -> None:
    assert served.health()[1]["ready"] is True
    workers = served.workers
    for worker in workers:
        worker.suspend()
    wait_until(lambda: served.health()[0] == 503, served.process)
    status, said = served.health()
    assert (status, said["live"], said["ready"], said["status"]) == (503, True, False, "unavailable")
    for worker in workers:
        worker.resume()
    wait_until(lambda: served.health()[0] == 200, served.process)


def test_the_log_has_a_line_for_each_request_of_all_fronts(small: Project, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    with started(small.root, tmp_path, "--access-log", str(log)) as service:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(lambda number: service.ask("ASK {}" + " " * (number % 20)), range(200)))
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    asked = [line for line in lines if line["path"] == "/sparql"]
    assert {line["path"] for line in lines} == {"/sparql", "/health"}  # and none that nobody sent
    assert len(asked) == 200
    assert len({line["query"] for line in asked}) == 20
    assert {line["answer"] for line in asked} == {"made", "hit"}
