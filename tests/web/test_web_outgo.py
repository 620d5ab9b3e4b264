"""How many bytes of answers wait for their clients."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from g7graph.web.outgo import most_waiting

ANSWER = 200_000_000


@pytest.mark.parametrize(
    ("disk", "most"),
    [
        (10**12, 10 * ANSWER),
        (2 * 10**9, 5 * 10**8),
        (10**8, ANSWER),  # or no large answer could be sent at all
    ],
)
def test_no_more_answers_wait_than_the_temporary_folder_has_room_for(
    disk: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=disk))
    assert most_waiting(ANSWER) == most
