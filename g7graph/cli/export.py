"""`g7graph export`: the framework in the forms of others, each a command of its own in `export_<form>.py`."""

from __future__ import annotations

import click

from g7graph.cli.options import shared
from g7graph.cli.speech import Lazy


@click.group(name="export", cls=Lazy)
@shared
def export() -> None:
    """Write the framework in the forms of others."""
