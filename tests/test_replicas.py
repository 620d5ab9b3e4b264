"""Several services over one store on disk: all follow when it is built anew, and none writes where others read."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from g7graph.errors import StoreError
from g7graph.project import Project
from g7graph.store.limits import Limits
from g7graph.store.pinned import Pinned, is_read, remove_unread
from g7graph.writing.plain import PlainOnDisk
from tests.services import answered, environ, serving

VALUES = "SELECT ?v { ?s <http://x/p> ?v } ORDER BY ?v"
SECONDS = 30


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "a.nt"
    path.write_text('<http://x/a> <http://x/p> "1" .\n')
    return path


def g7(*words: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "g7graph", "--lang", "en", *map(str, words)]
    return subprocess.run(command, env=environ(), capture_output=True, check=False, timeout=60)


def test_services_follow_a_store_that_is_built_anew(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    assert g7("--data", data, "build", "--store", place, "--no-dumps").returncode == 0
    with (
        serving(data, "--store", place, writable=False) as one,
        serving(data, "--store", place, writable=False) as other,
    ):
        before = one.version()
        assert other.version() == before
        data.write_text('<http://x/a> <http://x/p> "2" .\n')
        assert g7("--data", data, "build", "--store", place, "--no-dumps").returncode == 0
        deadline = time.monotonic() + SECONDS
        for service in (one, other):
            while service.version() == before:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert answered(service.url, VALUES) == ["2"]
        assert one.version() == other.version()
        while [*tmp_path.glob("store.old*")]:  # until nobody reads it
            assert time.monotonic() < deadline
            time.sleep(0.05)
        refused = g7("--data", data, "serve", "--port", 0, "--store", place, "--writable")
        assert refused.returncode == 2
        assert b"Other services read the store" in refused.stderr


def test_a_service_says_that_it_builds_its_store_and_only_then(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    for builds in (True, False):
        with serving(data, "--store", place, writable=False) as one:
            assert (f"Building the store {place}" in one.said()) == builds


def test_a_store_that_cannot_be_opened_is_told_at_the_start(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    assert g7("--data", data, "build", "--store", place, "--no-dumps").returncode == 0
    (place / "CURRENT").write_text("")
    refused = g7("--data", data, "serve", "--port", 0, "--store", place)
    assert refused.returncode == 2
    assert refused.stderr.decode().startswith(f"The store {place} cannot be opened: ")
    (place / "CURRENT").unlink()
    refused = g7("--data", data, "serve", "--port", 0, "--store", place)
    assert refused.returncode == 2
    assert refused.stderr.decode().startswith(f"The folder {place} holds something else")


def test_a_folder_that_is_read_is_not_removed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_text("one")
    pinned = Pinned(folder)
    moved = folder.rename(tmp_path / "moved")
    folder.mkdir()
    assert (Path(pinned.path) / "file").read_text() == "one"
    remove_unread(moved)
    assert is_read(moved)
    del pinned
    remove_unread(moved)
    remove_unread(folder)
    assert not moved.exists()
    assert not folder.exists()


def test_nobody_writes_to_a_store_that_is_read(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    assert g7("--data", data, "build", "--store", place, "--no-dumps").returncode == 0
    pinned = Pinned(place)
    with pytest.raises(StoreError) as refused:
        PlainOnDisk(Project.find(data), place, Limits())
    assert refused.value.key == "store_read"
    assert pinned.path
