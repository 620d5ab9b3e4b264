"""g7graph: a results framework as linked open data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from g7graph.api import G7

__version__ = "0.1.0"


def load(path: Path | str | None = None, *, lang: str = "es") -> G7:
    """Load a framework: the alliance's own, or what `path` names (a root with `data/ttl/`, a Turtle tree, RDF)."""
    from g7graph.api import G7

    return G7(path, lang=lang)
