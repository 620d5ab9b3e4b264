"""What the tests share: the project's own framework, its queries, a store built once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from g7graph.build import open_store
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.local import LocalStore

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def project() -> Project:
    return Project.default()


@pytest.fixture(scope="session")
def library(project: Project) -> Library:
    return Library.read(project.queries)


@pytest.fixture(scope="session")
def store(project: Project) -> LocalStore:
    opened = open_store(project)
    assert isinstance(opened, LocalStore)
    return opened


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder beside the checkout; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("G7GRAPH_SHARED", ROOT.parent / "shared"))
    if not (folder / "source").is_dir():
        pytest.skip("the source document is not beside this checkout (set G7GRAPH_SHARED to its folder)")
    return folder
