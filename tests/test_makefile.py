"""The Makefile builds and validates again when anything changes that either depends on."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("target", ["dist/.built", "dist/.validated"])
def test_a_stamp_depends_on_the_data_and_the_program(target: str) -> None:
    said = subprocess.run(  # its database of rules; nothing is run
        ["make", "--print-data-base", "--question", target],  # noqa: S607 - whichever make there is
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(rf"^{re.escape(target)}: (.*)$", said.stdout, re.MULTILINE)
    assert found
    folders = {"ontology": "*.ttl", "data": "*.ttl", "queries": "*.rq", "g7graph": "*.py"}
    paths = [path for name, kind in folders.items() for path in (ROOT / name).rglob(kind)]
    expected = {path.relative_to(ROOT).as_posix() for path in paths}
    assert expected | {"g7graph/names.rq", "g7graph/locale/validate.toml"} <= set(found[1].split())
