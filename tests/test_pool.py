"""Workers that can be ended: what they answer, what ends them, and what is left of them."""

from __future__ import annotations

import io
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

from g7graph.errors import Limited, QueryError, StoreError
from g7graph.store import Asker
from g7graph.store.apart import heard, telling
from g7graph.store.limits import Limits
from g7graph.store.pool import Pool
from g7graph.store.worker import Work

SECONDS = 10.0
LIMITS = Limits(seconds=5, answer_bytes=3_000_000, memory_bytes=200_000_000, together=2, per_client=1, own=1)


def work(job: Mapping[str, Any], out: IO[bytes]) -> None:
    """What a worker of these tests does: its job says what."""
    DO[job["do"]](job, out)


def write(job: Mapping[str, Any], out: IO[bytes]) -> None:
    for _ in range(job["pieces"]):
        out.write(b"x" * job["size"])


def sleep(job: Mapping[str, Any], out: IO[bytes]) -> None:
    time.sleep(job["seconds"])
    out.write(b"slept")


def spin(job: Mapping[str, Any], _: IO[bytes]) -> None:
    Path(job["file"]).write_text(str(os.getpid()))
    while True:
        pass


def refuse(*_: object) -> None:
    raise QueryError("syntax", detail="expected ?x", line=3, column=7)


def give_up(job: Mapping[str, Any], out: IO[bytes]) -> None:
    """Break off as the engine does: it says why, and its process ends."""
    out.write(b"a part of an answer")
    os.write(2, f"\nthread '<unnamed>' panicked at sort.rs:854:5:\n{job['why']}\n".encode())
    os.abort()


DO: dict[str, Work] = {
    "give up": give_up,
    "write": write,
    "pid": lambda _, out: out.write(str(os.getpid()).encode()),
    "sleep": sleep,
    "spin": spin,
    "grow": lambda job, _: bytearray(job["size"]),
    "refuse": refuse,
    "socket": lambda *_: socket.socket().close(),
    "open": lambda job, _: Path(job["file"]).read_bytes(),
}


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(LIMITS)
    made.publish("1", lambda: work)
    yield made
    made.close()


def done(pool: Pool, job: dict[str, Any], asker: Asker | None = None) -> bytes:
    with pool.run(job, asker) as out:
        return out.read()


def until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("size", [0, 10, 999_999, 1_000_001, 2_900_000])
@pytest.mark.parametrize("asker", [None, Asker("a")])
def test_an_answer_is_whole_whatever_its_size(pool: Pool, size: int, asker: Asker | None) -> None:
    assert done(pool, {"do": "write", "pieces": 100, "size": size // 100}, asker) == b"x" * (size // 100 * 100)


def test_a_worker_answers_one_after_another(pool: Pool) -> None:
    pids = {int(done(pool, {"do": "pid"})) for _ in range(5)}
    assert len(pids) == 1
    assert os.getpid() not in pids


def test_an_error_comes_back_as_it_was_raised(pool: Pool) -> None:
    with pytest.raises(QueryError) as raised:
        pool.run({"do": "refuse"}, Asker("a"))
    assert (raised.value.key, raised.value.detail, raised.value.line, raised.value.column) == (
        "syntax",
        "expected ?x",
        3,
        7,
    )


def test_a_runaway_is_ended_when_its_time_is_over(pool: Pool, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    limits = Asker("a", seconds=0.5)
    unsealed = Pool(LIMITS)
    unsealed.publish("1", lambda: work)
    with pytest.raises(Limited, match=r"0\.5 s"):
        pool.run({"do": "sleep", "seconds": 60}, limits)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(unsealed.run, {"do": "spin", "file": str(note)}, None)
        assert until(note.is_file)
        assert until(lambda: bool(note.read_text()))
        pid = int(note.read_text())
        assert running(pid)
        with pytest.raises(Limited) as raised:
            asked.result(SECONDS)
    assert raised.value.key == "too_long"
    assert until(lambda: not running(pid))
    assert done(pool, {"do": "pid"}, Asker("a"))
    unsealed.close()


@pytest.mark.parametrize(
    ("job", "key"),
    [
        ({"do": "grow", "size": 10**9}, "too_much"),
        ({"do": "write", "pieces": 40, "size": 100_000}, "too_large"),
    ],
)
def test_what_goes_beyond_a_limit_is_told_by_it(pool: Pool, job: dict[str, Any], key: str) -> None:
    with pytest.raises(Limited) as raised:
        pool.run(job, Asker("a"))
    assert raised.value.key == key
    assert done(pool, {"do": "pid"}, Asker("a"))


def test_an_engine_that_gives_up_is_no_limit(pool: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    why = "user-provided comparison function does not correctly implement a total order"
    with pytest.raises(QueryError) as unsorted:
        pool.run({"do": "give up", "why": why}, Asker("a"))
    assert unsorted.value.key == "not_sorted"
    with pytest.raises(StoreError) as failed:
        pool.run({"do": "give up", "why": "index out of bounds"}, Asker("a"))
    assert failed.value.key == "worker_failed"
    assert "index out of bounds" in capfd.readouterr().err
    assert done(pool, {"do": "pid"}, Asker("a"))


def test_a_full_disk_is_told_of_as_a_limit(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: io.FileIO("/dev/full", "r+b"))
    with pytest.raises(Limited) as raised:
        pool.run({"do": "write", "pieces": 20, "size": 100_000}, Asker("a"))
    assert raised.value.key == "no_room"
    assert done(pool, {"do": "write", "pieces": 2, "size": 100_000}, Asker("a"))


def test_a_limit_can_be_lowered_and_never_raised(pool: Pool) -> None:
    with pytest.raises(Limited, match="5 s"):
        pool.run({"do": "sleep", "seconds": 60}, Asker("a", seconds=1000))


def test_the_work_ends_with_the_client(pool: Pool) -> None:
    gone = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(pool.run, {"do": "sleep", "seconds": 60}, Asker("a", gone=gone.is_set))
        time.sleep(0.3)
        gone.set()
        with pytest.raises(Limited) as raised:
            asked.result(SECONDS)
    assert raised.value.key == "client_gone"


def test_strangers_can_open_neither_files_nor_sockets_and_our_own_can(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    for job in ({"do": "socket"}, {"do": "open", "file": str(tmp_path / "a")}):
        assert done(pool, job) == b""
        with pytest.raises(StoreError) as raised:
            pool.run(job, Asker("a"))
        assert raised.value.key == "worker_failed"


def test_a_client_waits_for_its_own_queries_and_another_does_not(pool: Pool) -> None:
    with ThreadPoolExecutor(1) as threads:
        long = threads.submit(done, pool, {"do": "sleep", "seconds": 1.5}, Asker("a"))
        time.sleep(0.3)
        start = time.monotonic()
        done(pool, {"do": "pid"}, Asker("b"))
        assert not long.done()
        done(pool, {"do": "pid"}, Asker("a"))
        assert long.done()
        assert time.monotonic() - start > 0.5


def test_who_waits_too_long_is_told_to_come_back() -> None:
    pool = Pool(Limits(together=2, per_client=1, own=0, waiting_seconds=0.3))
    pool.publish("1", lambda: work)
    with ThreadPoolExecutor(1) as threads:
        long = threads.submit(done, pool, {"do": "sleep", "seconds": 1.0}, Asker("a"))
        time.sleep(0.2)
        with pytest.raises(Limited) as raised:
            pool.run({"do": "pid"}, Asker("a"))
        assert raised.value.key == "too_many"
        assert long.result() == b"slept"
    pool.close()


def test_who_asks_while_there_are_no_workers_is_told_that() -> None:
    pool = Pool(Limits(together=1, own=0))
    pool.publish("1", lambda: work)
    for place in (pool.place("1") / name for name in ("open", "own")):
        place.unlink()  # what nobody listens at
    for asker in (Asker("a"), None):
        with pytest.raises(Limited) as raised:
            pool.run({"do": "pid"}, asker)
        assert raised.value.key == "no_workers"
    pool.close()


def test_who_finds_all_workers_of_a_kind_at_work_is_told_how_many_there_are() -> None:
    pool = Pool(Limits(together=4, own=1, waiting_seconds=0.3))
    pool.publish("1", lambda: work)
    with ThreadPoolExecutor(1) as threads:
        long = threads.submit(pool.run, {"do": "sleep", "seconds": 1.0})
        time.sleep(0.2)
        with pytest.raises(Limited) as raised:
            pool.run({"do": "pid"})
        assert (raised.value.key, raised.value.values["limit"]) == ("busy", 1)
        long.result().close()
    pool.close()


def test_a_new_edition_is_asked_at_once_and_the_old_one_finishes_what_it_does(pool: Pool) -> None:
    def said(what: bytes) -> Callable[[], Work]:
        def write(job: Mapping[str, Any], out: IO[bytes]) -> None:
            time.sleep(job["seconds"])
            out.write(what)

        return lambda: write

    pool.publish("2", said(b"two"))
    assert pool.edition.version == "2"
    with ThreadPoolExecutor(1) as threads:
        begun = threads.submit(done, pool, {"seconds": 1.0}, Asker("a"))
        time.sleep(0.3)
        pool.publish("3", said(b"three"))
        assert done(pool, {"seconds": 0}, Asker("b")) == b"three"
        assert begun.result(SECONDS) == b"two"


def test_editions_follow_each_other_quickly_and_leave_nothing(pool: Pool) -> None:
    asked_to_end: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: asked_to_end.append(number))
    try:
        for version in range(2, 22):
            pool.publish(str(version), lambda: work)
        assert until(lambda: sorted(place.name for place in pool.place("").glob("[0-9]*")) == ["21"])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (pool.edition.number, asked_to_end) == (21, [])
    assert done(pool, {"do": "write", "pieces": 1, "size": 3}) == b"xxx"


def test_what_a_process_left_that_ended_while_it_published_is_in_nobodys_way(pool: Pool) -> None:
    (pool.place("2") / "open").mkdir(parents=True)
    assert pool.publish("2", lambda: work).number == 2
    assert done(pool, {"do": "write", "pieces": 1, "size": 3}, Asker("a")) == b"xxx"


def test_a_worker_that_died_is_replaced(pool: Pool) -> None:
    pid = int(done(pool, {"do": "pid"}))
    os.kill(pid, 9)
    assert until(lambda: int(done(pool, {"do": "pid"})) != pid)


def test_nothing_is_left_of_a_pool_that_is_closed() -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    pool = Pool(LIMITS)
    pool.publish("1", lambda: work)
    folder = pool.place("")
    done(pool, {"do": "pid"})
    mine = {child.pid for child in psutil.Process().children(recursive=True)} - before
    assert len(mine) == 1 + LIMITS.together + LIMITS.own
    pool.close()
    assert until(lambda: not any(running(pid) for pid in mine))
    assert not folder.exists()


def test_a_pool_ends_with_the_process_that_made_it() -> None:
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        pool = Pool(LIMITS)
        pool.publish("1", lambda: work)
        children = psutil.Process().children(recursive=True)
        os.write(tell, " ".join(str(child.pid) for child in children).encode())
        os.kill(os.getpid(), 9)
    os.waitpid(pid, 0)
    pids = [int(one) for one in os.read(told, 1000).split()]
    assert pids
    assert until(lambda: not any(running(one) for one in pids))


def test_a_process_forked_for_something_else_keeps_no_worker_alive() -> None:
    pool = Pool(LIMITS)
    pool.publish("1", lambda: work)
    pid = os.fork()
    if pid == 0:
        signal.pause()
    closing = threading.Thread(target=pool.close, daemon=True)
    try:
        closing.start()
        closing.join(10)
        assert not closing.is_alive()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_who_ends_before_it_has_told_is_not_waited_for_though_what_it_forked_lives() -> None:
    said, say = os.pipe()
    born, bear = os.pipe()
    pid = os.fork()
    if pid == 0:
        with telling(say):
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            os.write(bear, str(child).encode())
            os.kill(os.getpid(), signal.SIGKILL)
    os.close(say)
    with ThreadPoolExecutor(1) as threads:
        heard_of = threads.submit(heard, said, pid)
        child = int(os.read(born, 20))
        try:
            with pytest.raises(SystemExit):
                heard_of.result(SECONDS)
        finally:
            os.kill(child, signal.SIGKILL)
