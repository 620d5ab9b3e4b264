"""A process that gave up sockets makes none, and goes on otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TRY = """
import errno, socket, sys, threading
from pathlib import Path
from g7graph.store.seal import without_sockets
before = socket.socketpair()
assert without_sockets()
def tried():
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        try:
            socket.socket(family)
        except OSError as error:
            print(errno.errorcode[error.errno])
tried()
thread = threading.Thread(target=tried)
thread.start()
thread.join()
before[0].send(b"x")
assert before[1].recv(1) == b"x"
assert Path(sys.executable).stat()
assert open(__import__("os").devnull).read() == ""
"""
SUPPORTED = sys.platform == "linux" and os.uname().machine in ("x86_64", "aarch64", "riscv64")


@pytest.mark.skipif(not SUPPORTED, reason="the kernel of this machine has no such filter")
def test_a_process_that_gave_up_sockets_makes_none() -> None:
    done = subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["EACCES"] * 6
