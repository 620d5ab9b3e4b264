"""Whether the service is well, whatever its store does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import IO

import pytest

from g7graph.errors import Limited, StoreError
from g7graph.project import Project
from g7graph.store import Asker, Question
from g7graph.store.remote import RemoteStore
from g7graph.web import create_app, health
from g7graph.web.health import Probe


class Ended(RemoteStore):
    """A store without anybody who answers."""

    def answer(self, question: Question, form: str, asker: Asker) -> IO[bytes]:  # noqa: ARG002 - of the protocol
        raise Limited("no_workers")


@pytest.fixture
def closed() -> Iterator[int]:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_service_whose_remote_store_is_away_is_live_but_not_ready(small: Project, closed: int) -> None:
    client = create_app(small, RemoteStore(f"http://127.0.0.1:{closed}/sparql")).test_client()
    response = client.get("/health")
    said = response.json
    assert said is not None
    assert (response.status_code, said["status"], said["live"], said["ready"]) == (503, "unavailable", True, False)
    assert (said["edition"], said["triples"], said["graphs"]) == (None, None, None)
    assert str(closed) not in response.text
    assert "g7graph_ready 0.0" in client.get("/metrics").text


def test_what_is_known_is_not_asked_again_until_it_expires() -> None:
    asked: list[int] = []
    version = ["a"]
    probe = Probe(lambda: asked.append(1) or len(asked), lambda: version[0])  # type: ignore[func-returns-value]
    assert [probe.get(), probe.get(), probe.get()] == [1, 1, 1]
    version[0] = "b"
    assert [probe.get(), probe.get()] == [2, 2]


def test_one_question_at_a_time_and_nobody_waits_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_PATIENCE_SECONDS", 0.01)
    answered, asked = threading.Event(), threading.Semaphore(0)

    def slow() -> str:
        asked.release()
        answered.wait(10)
        return "at last"

    times = iter(range(100))
    probe = Probe(slow, lambda: next(times))
    assert [probe.get() for _ in range(5)] == [None] * 5
    assert asked.acquire(timeout=10)
    assert not asked.acquire(blocking=False)
    monkeypatch.setattr(health, "_PATIENCE_SECONDS", 10)
    answered.set()
    assert probe.get() == "at last"


def test_a_store_that_comes_back_is_found() -> None:
    answers: list[StoreError | str] = [StoreError("store_remote", url="", detail=""), "here"]

    def ask() -> str:
        answer = answers.pop(0)
        if isinstance(answer, StoreError):
            raise answer
        return answer

    times = iter(range(100))
    probe = Probe(ask, lambda: next(times))
    assert probe.get() is None
    assert probe.get() == "here"


@pytest.mark.parametrize(("lang", "title"), [("es", "El servicio no está listo"), ("en", "The service is not ready")])
def test_a_service_whose_workers_have_ended_says_so_and_when_to_come_back(
    small: Project, lang: str, title: str
) -> None:
    client = create_app(small, Ended("http://127.0.0.1/", wants_union=False)).test_client()
    answer = client.get("/sparql?query=ASK%7B%7D", headers={"Accept-Language": lang})
    assert answer.json is not None
    assert (answer.status_code, answer.json["title"]) == (503, title)
    assert answer.json["type"].endswith("/no-workers")
    assert answer.headers["Retry-After"] == "5"
