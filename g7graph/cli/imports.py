"""`g7graph import`: what others publish, each source a command of its own in `import_<source>.py`."""

from __future__ import annotations

import click

from g7graph.cli.options import shared
from g7graph.cli.speech import Lazy


@click.group(name="import", cls=Lazy)
@shared
def import_() -> None:
    """Read what others publish."""
