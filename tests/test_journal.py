"""Files replaced at once: a process killed at any moment leaves all of the old ones or all of the new ones."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from g7graph import journal

PATHS = ("a.ttl", "b/c.ttl", "d.ttl", "e/f/g.ttl")


def written(generation: int) -> dict[str, bytes | None]:
    """Four files, of which every other generation lacks the last."""
    content = f"generation {generation}\n".encode() * 2000
    return {**dict.fromkeys(PATHS[:-1], content), PATHS[-1]: None if generation % 2 else content}


def commit(folder: Path, files: dict[str, bytes | None]) -> None:
    journal.begin(folder, files)
    journal.finish(folder)


def state(folder: Path) -> dict[str, bytes | None]:
    return {path: (folder / path).read_bytes() if (folder / path).is_file() else None for path in PATHS}


def test_files_are_replaced_made_and_removed(tmp_path: Path) -> None:
    for generation in (0, 1, 2):
        commit(tmp_path, written(generation))
        assert state(tmp_path) == written(generation)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttl", "b", "d.ttl", "e"]


def test_what_had_not_become_a_change_is_dropped(tmp_path: Path) -> None:
    commit(tmp_path, written(0))
    (tmp_path / ".change").mkdir()
    (tmp_path / ".change" / "intended.json").write_text('{"a.ttl": true, "n/o.ttl": true}')
    (tmp_path / ".a.ttl.change").write_bytes(b"half")
    journal.finish(tmp_path)
    assert state(tmp_path) == written(0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttl", "b", "d.ttl", "e"]


def test_where_a_folder_takes_no_file_nothing_changes(tmp_path: Path) -> None:
    commit(tmp_path, written(0))
    (tmp_path / "e2").write_text("where a folder would be")
    with pytest.raises(OSError, match="e2"):
        journal.begin(tmp_path, {**written(2), "e2/f.ttl": b"new"})
    assert state(tmp_path) == written(0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttl", "b", "d.ttl", "e", "e2"]
    commit(tmp_path, written(1))
    assert state(tmp_path) == written(1)


def test_a_change_that_cannot_be_finished_is_by_whoever_can(tmp_path: Path) -> None:
    commit(tmp_path, written(0))
    (tmp_path / "c.ttl").mkdir()
    journal.begin(tmp_path, {**written(1), "c.ttl": b"new"})
    with pytest.raises(IsADirectoryError):
        journal.finish(tmp_path)
    with pytest.raises(IsADirectoryError):
        journal.begin(tmp_path, written(2))
    (tmp_path / "c.ttl").rmdir()
    journal.finish(tmp_path)
    assert state(tmp_path) == written(1)
    assert (tmp_path / "c.ttl").read_bytes() == b"new"


@pytest.mark.parametrize("attempt", range(25))
def test_a_process_killed_at_any_moment_leaves_before_or_after(tmp_path: Path, attempt: int) -> None:
    commit(tmp_path, written(0))
    pid = os.fork()
    if pid == 0:
        for generation in range(1, 10_000):
            commit(tmp_path, written(generation))
        os._exit(0)
    time.sleep(0.02 + attempt * 0.0037)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    journal.finish(tmp_path)
    found = state(tmp_path)
    first = (found["a.ttl"] or b"").split(b"\n")[0]
    assert found == written(int(first.split()[1]))
