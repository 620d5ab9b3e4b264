"""Askers who leave, and jobs that end their workers, cost nobody else a worker."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from socket import send_fds
from typing import IO, Any

import pytest

from g7graph.errors import Limited
from g7graph.store import Asker, call
from g7graph.store.limits import Limits
from g7graph.store.pool import Pool

LIMITS = Limits(seconds=5, together=1, per_client=1, own=1, waiting_seconds=20)
ABANDONED = 200


def work(job: Mapping[str, Any], out: IO[bytes]) -> None:
    time.sleep(job.get("seconds", 0))
    out.write(str(os.getpid()).encode())


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(LIMITS)
    made.publish("1", lambda: work)
    yield made
    made.close()


def worker(pool: Pool) -> int:
    """The worker that does what strangers ask."""
    with pool.run({}, Asker("a")) as out:
        return int(out.read())


def test_who_leaves_while_waiting_for_a_worker_costs_none(pool: Pool) -> None:
    before = worker(pool)
    with ThreadPoolExecutor(1) as thread:
        busy = thread.submit(pool.run, {"seconds": 1}, Asker("a"))
        time.sleep(0.2)
        for _ in range(ABANDONED):
            connection = call.connected(pool.place(str(pool.edition.number)) / "open")
            assert connection is not None
            with connection, call.in_memory() as small:
                small.write(json.dumps({"seconds": 0}).encode())
                send_fds(connection, [b"5"], [small.fileno()])
        busy.result().close()
    assert worker(pool) == before


def test_workers_that_are_ended_one_after_another_are_replaced_without_pause(pool: Pool) -> None:
    """Each of these ends its worker as soon as it has begun: those who ask for that must not make others wait."""
    seen = {worker(pool)}
    for _ in range(20):
        with suppress(Limited):
            pool.run({"seconds": 5}, Asker("a", seconds=0.01))
        seen.add(worker(pool))
    assert len(seen) == 21
