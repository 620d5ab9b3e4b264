"""The wheel carries ontology, data and queries: installed alone, it serves the whole dataset."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def program(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`g7graph` of an environment that has the built wheel and, read from here, its dependencies; no checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(root)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("g7graph-*.whl")
    home = folder / "environment"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin" / "g7graph"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def fetch(url: str, process: subprocess.Popen[bytes]) -> bytes:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
                return bytes(answer.read())
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)


def test_the_installed_wheel_knows_its_version_without_the_checkout(program: Path, tmp_path: Path) -> None:
    from g7graph import __version__

    said = subprocess.run([program, "--version"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert __version__ in said.stdout


def test_the_installed_wheel_serves_the_complete_dataset(program: Path, tmp_path: Path) -> None:
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [str(program), "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment)
    try:
        rows = json.loads(fetch(f"http://127.0.0.1:{port}/api/queries/indicator-progress.json", process))
        health = json.loads(fetch(f"http://127.0.0.1:{port}/health", process))
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert len(rows["results"]["bindings"]) == 38
    assert health["triples"] > 0
    assert list(tmp_path.iterdir()) == []  # serving writes nothing where it is started
