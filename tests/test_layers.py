"""Data flows one way: a module imports only from above it in this list."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "g7graph"
LAYERS = [
    "i18n",
    "errors",
    "vocab",
    "matching",
    "table",
    "journal",
    "project",
    "turtle",
    "sources",
    "graph",
    "exports",
    "store",
    "chart",
    "header",
    "queries",
    "executables",
    "run",
    "explain",
    "citation",
    "result",
    "verify",
    "derive",
    "pointing",
    "portion",
    "beforehand",
    "build",
    "iati",
    "dumps",
    "validate",
    "writing",
    "linking",
    "api",
    "web",
    "mcp",
    "freeze",
    "cli",
]
#: The package itself holds the version and a lazy `load`; `python -m` starts the command line.
FREE = {"__init__", "__main__"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """The project's own layers that a module imports, inside functions too; those for types only set aside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {id(node) for block in ast.walk(tree) if _is_typing(block) for node in ast.walk(block)}
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing_only or not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        if node.module == "g7graph":
            names |= {alias.name for alias in node.names}
        elif node.module.startswith("g7graph."):
            names.add(node.module.split(".")[1])
    return names & set(LAYERS)


def _is_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_every_module_has_a_layer() -> None:
    assert {layer_of(path) for path in modules()} - FREE == set(LAYERS)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_above_it(path: Path) -> None:
    layer = layer_of(path)
    if layer in FREE:
        return
    below = {name for name in imported(path) if LAYERS.index(name) > LAYERS.index(layer)}
    assert not below, f"{path.name} ({layer}) imports from below it: {sorted(below)}"
