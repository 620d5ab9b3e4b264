"""What is shown of running the service names only what there is: options, limits, metrics, kinds of problem."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import click
import pytest
import yaml

from g7graph.cli import serve
from g7graph.store.limits import Limits
from g7graph.web.metrics import HELP, PROBLEMS

ROOT = Path(__file__).resolve().parent.parent
OPERATION = "docs/operation.md"
SHOWN = ["Dockerfile", "deploy/compose.yaml", "deploy/g7graph.service", OPERATION]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(name: str) -> list[list[str]]:
    """The arguments of each `g7graph serve` that a file shows."""
    if name == "Dockerfile":
        return [json.loads(found)[1:] for found in re.findall(r'^CMD (\["serve".*\])$', text(name), re.MULTILINE)]
    if name.endswith(".yaml"):
        return [one["command"][1:] for one in yaml.safe_load(text(name))["services"].values()]
    joined = text(name).replace("\\\n", " ")
    return [shlex.split(found) for found in re.findall(r"^(?:ExecStart=)?\S*g7graph serve (.*)$", joined, re.MULTILINE)]


@pytest.mark.parametrize("name", SHOWN)
def test_a_command_that_is_shown_can_be_given(name: str) -> None:
    shown = commands(name)
    assert shown
    for arguments in shown:
        context = serve.serve.make_context("serve", list(arguments))
        assert context.params["behind_proxy"] in (0, 1, 2)


def rows(heading: str) -> dict[str, list[str]]:
    """The table below a heading of the operation manual: its first cells, without their marks, and the others."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text(OPERATION), re.MULTILINE | re.DOTALL)
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")
    ]
    return {cells[0].strip("`"): cells[1:] for cells in lines}


def test_every_option_of_serve_is_described_with_its_default() -> None:
    options = {
        param.opts[-1]: param for param in serve.serve.params if isinstance(param, click.Option) and not param.hidden
    }
    described = rows("Options")
    assert set(described) == set(options)
    for name, param in options.items():
        default = param.to_info_dict()["default"]
        if default not in (None, "", False) and param.expose_value:
            assert described[name][0] == f"`{default}`", name


def test_every_limit_is_described_with_its_value() -> None:
    described = {name: cells[0] for name, cells in rows("Limits").items()}
    assert described == {
        one.name: f"{one.default:,.10g}" if isinstance(one.default, float) else f"{one.default:,}"
        for one in fields(Limits)
    }


def test_every_metric_is_described_as_metrics_itself_describes_it() -> None:
    assert {name: cells[-1] for name, cells in rows("Metrics").items()} == HELP


def test_the_limits_that_can_be_hit_are_kinds_of_problem() -> None:
    assert set(rows("Limits that were hit")) <= set(PROBLEMS)


def test_the_image_is_built_of_what_is_there_and_runs_as_nobody() -> None:
    lines = text("Dockerfile").splitlines()
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    allowed = {line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")}
    assert set(copied) == allowed
    (user,) = [line for line in lines if line.startswith("USER ")]
    assert user.split()[1].partition(":")[0] not in ("0", "root")


def test_the_container_is_shut_in() -> None:
    (service,) = yaml.safe_load(text("deploy/compose.yaml"))["services"].values()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [one.partition(":")[0] for one in service["tmpfs"]] == ["/tmp"]  # noqa: S108 - of the container


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed here")
    program = shutil.which("true") or "/bin/true"
    unit = tmp_path / "g7graph.service"
    unit.write_text(text("deploy/g7graph.service").replace("/opt/g7graph/bin/g7graph", program), encoding="utf-8")
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
