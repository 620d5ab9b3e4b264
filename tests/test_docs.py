"""What the READMEs show is true: their commands run, their queries answer, their versions agree."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import g7graph
from g7graph.cli import main
from g7graph.store.local import LocalStore

ROOT = Path(__file__).resolve().parent.parent
READMES = ["README.md", "README.es.md"]


def blocks(readme: str, language: str) -> list[str]:
    found = re.findall(
        rf"^```{language}\n(.*?)^```", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found, f"{readme} shows no {language}"
    return found


COMMANDS = [(readme, line) for readme in READMES for block in blocks(readme, "sh") for line in block.splitlines()]


@pytest.mark.parametrize(("readme", "line"), [one for one in COMMANDS if one[1].startswith(".venv/bin/g7graph")])
def test_a_command_of_the_readme_runs(readme: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, shlex.split(line)[1:])
    assert result.exit_code == 0, f"{readme}: {line}\n{result.output}"


@pytest.mark.parametrize(("readme", "line"), [one for one in COMMANDS if one[1].startswith("make")])
def test_a_make_target_of_the_readme_exists(readme: str, line: str) -> None:
    target = line.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), f"{readme}: {line}"


@pytest.mark.parametrize("readme", READMES)
def test_a_sparql_query_of_the_readme_answers(store: LocalStore, readme: str) -> None:
    for text in blocks(readme, "sparql"):
        assert [row["code"] for row in store.table(text).records()] == ["9.2", "9.1"]


@pytest.mark.parametrize("readme", READMES)
def test_the_python_of_the_readme_runs(readme: str) -> None:
    for code in blocks(readme, "python"):
        names: dict[str, object] = {}
        exec(code, names)  # noqa: S102 - the README's own example
        assert len(names["table"].records()) == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("readme", READMES)
def test_the_files_the_readme_points_at_exist(readme: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / readme).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_one_version_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == g7graph.__version__
    newest = re.search(r"^## (?!Unreleased)(\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == g7graph.__version__
    ontology = (ROOT / "ontology/g7.ttl").read_text(encoding="utf-8")
    assert f'owl:versionInfo "{g7graph.__version__}"' in ontology
    for readme in READMES:
        assert g7graph.__version__ in (ROOT / readme).read_text(encoding="utf-8")


def test_make_is_all_a_checkout_needs() -> None:
    assert shutil.which("make") is None or (ROOT / ".ci/run").stat().st_mode & 0o100
