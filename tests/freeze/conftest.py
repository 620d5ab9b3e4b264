"""Frozen copies that the tests look at: of the small framework, and of the real one, made once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from g7graph.freeze import Wanted, freeze
from g7graph.project import Project
from tests.web.conftest import small

__all__ = ["small"]
NOWHERE = Path("no-dumps")


@pytest.fixture(scope="session")
def copy(small: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small framework, frozen."""
    folder = tmp_path_factory.mktemp("copy") / "small"
    freeze(small, folder, Wanted(dumps=NOWHERE))
    return folder


@pytest.fixture(scope="session")
def real_copy(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The alliance's own framework, frozen."""
    folder = tmp_path_factory.mktemp("copy") / "real"
    freeze(project, folder, Wanted(dumps=NOWHERE))
    return folder


@pytest.fixture(scope="session")
def public_copy(copy: Path) -> Iterator[Path]:
    """The small one where servers that run as somebody else may read it."""
    with tempfile.TemporaryDirectory(prefix="g7graph-copy-") as folder:
        Path(folder).chmod(0o755)
        place = Path(folder) / "small"
        shutil.copytree(copy, place)
        for path, _, _ in os.walk(place):
            Path(path).chmod(0o755)
        yield place
