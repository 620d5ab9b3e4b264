"""What the package imports is declared, and what is declared is imported: an installed wheel lacks nothing."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: What users choose to install; the other extras are for developers.
EXTRAS = ("mcp", "pandas", "parquet")
#: A package that needs an extra as a whole; others import it inside a function.
WHOLE = "mcp"


def names(requirements: list[str]) -> set[str]:
    """The names of distributions, as PEP 503 writes them."""
    return {normal(re.split(r"[^\w.-]", one, maxsplit=1)[0]) for one in requirements}


def optional() -> set[str]:
    return names([one for extra in EXTRAS for one in PROJECT["optional-dependencies"][extra]])


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imports(node: ast.AST, *, inside: bool = False) -> Iterator[tuple[str, bool]]:
    """The modules of others that code imports, at its top level or inside a function; those for types only aside."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        found = [alias.name for alias in child.names] if isinstance(child, ast.Import) else []
        if isinstance(child, ast.ImportFrom) and child.module and not child.level:
            found = [child.module]
        yield from ((name.partition(".")[0], inside) for name in found)
        yield from imports(child, inside=inside or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)))


def imported() -> dict[str, set[bool]]:
    """Each distribution that the package imports, and whether inside a function."""
    known, found = packages_distributions(), dict[str, set[bool]]()
    for path in sorted((ROOT / "g7graph").rglob("*.py")):
        for module, inside in imports(ast.parse(path.read_text(encoding="utf-8")), inside=path.parent.name == WHOLE):
            if module != "g7graph" and module not in sys.stdlib_module_names:
                assert module in known, f"{path.name} imports {module}, which is not installed"
                for distribution in known[module]:
                    found.setdefault(normal(distribution), set()).add(inside)
    return found


def test_every_import_is_declared_and_nothing_more() -> None:
    assert names(PROJECT["dependencies"]) | optional() == set(imported())


def test_what_an_extra_brings_is_imported_only_where_it_is_used() -> None:
    found = imported()
    for name in optional():
        assert found[name] == {True}, name


def test_a_package_that_needs_an_extra_is_imported_only_where_it_is_used() -> None:
    for path in sorted((ROOT / "g7graph").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        top = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
        assert path.parent.name == WHOLE or not any(f"{name}.".startswith(f"g7graph.{WHOLE}.") for name in top), path
