"""`docs/framework.md`: whoever writes its files into an empty folder and runs its commands has a framework."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from g7graph.cli import main
from g7graph.project import Project
from g7graph.web import create_app
from tests.services import send, serving

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "framework.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```turtle file=(\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
LINES = [
    line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) for line in block.splitlines()
]
#: What goes on until it is ended, or takes long: seen in a test of its own.
LONG = ("serve", "freeze", "--allow-service")


@pytest.fixture(scope="module")
def lumen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The framework that the page writes."""
    folder = tmp_path_factory.mktemp("lumen")
    for name, text in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(line: str) -> str:
    result = CliRunner().invoke(main, ["--lang", "en", *shlex.split(line)[1:]])
    assert result.exit_code == 0, f"{line}\n{result.output}"
    return result.output


def test_its_commands_run_one_after_the_other(lumen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lumen)
    lines = [line for line in LINES if "--data ." in line and not any(word in line for word in LONG)]
    assert [line.split()[3] for line in lines] == ["format", "validate", "query", "build"]
    said = [run(line) for line in lines]
    assert "No findings." in said[1]
    assert "lumen-1.1,1.1,Portals opened,process,openness,objective-1,portal,2,10,8,,0.75,0.8,on-track" in said[2]
    assert {"dataset.nq", "dumps", "store"} <= {path.name for path in (lumen / "dist").iterdir()}
    with serving(lumen, "--dumps", lumen / "dist" / "dumps", writable=False) as service:
        assert b"Plan de Lumen" in send(f"{service.url}/?lang=es")
        assert b"CC0-1.0" in send(f"{service.url}/doc/indicator/lumen-1.1.html")
        described = send(f"{service.url}/dataset.ttl")
        assert b"/dumps/dataset.nq.gz" in described
        assert b"creativecommons.org/publicdomain/zero/1.0/" in described


def test_what_the_dataset_says_of_itself_may_be_left_out_but_not_the_cube(tmp_path: Path) -> None:
    for name, text in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        before, itself, rest = text.partition("dataset:lumen a dcat:Dataset")
        cube = rest[rest.find("dataset:lumen-measurements a ") :] if itself else ""
        (tmp_path / name).write_text(before + cube, encoding="utf-8")
    run(f"g7graph --data {tmp_path} format")
    assert "No findings." in run(f"g7graph --data {tmp_path} validate")
    page = create_app(Project.find(tmp_path)).test_client().get("/", headers={"Accept": "text/html"}).text
    assert "Portales abiertos" in page
    assert "CC" not in re.sub(r"<[^>]*>", "", page.partition("<footer")[2])
    assert "Leave the `dcat:Dataset` out" in PAGE


def test_the_commands_over_the_example_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    lines = [line for line in LINES if "examples/aldoria" in line and "serve" not in line]
    assert len(lines) == 3
    for line in lines:
        run(line)


def test_every_command_is_one_of_those(root: Path) -> None:
    known = ("--data .", "--data examples/aldoria", "query examples/federation/")
    assert LINES
    assert [line for line in LINES if not any(word in line for word in known)] == []
    assert all((root / name).exists() for name in re.findall(r"examples/[\w./-]+", PAGE))
