"""The options that every command takes, before or after its name."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from g7graph import i18n
from g7graph.cli.speech import settings

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Decimal(click.FloatRange):
    """A number between two; `nan`, which is neither below nor above, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number. Fails as click's types do."""
        found = float(super().convert(value, param, ctx))
        if math.isnan(found):
            self.fail(str(value), param, ctx)
        return found


def shared(command: _Function) -> _Function:
    """Add `--data` and `--lang`; the one nearest to the command wins."""
    data = click.option(
        "--data", type=click.Path(path_type=Path, readable=False), metavar="PATH", callback=_keep, expose_value=False
    )
    lang = click.option("--lang", type=click.Choice(i18n.LANGUAGES), callback=_keep, expose_value=False)
    return data(lang(command))


#: Where a document goes instead of the standard output.
output_file = click.option("--output", type=click.Path(path_type=Path, readable=False), metavar="FILE")


def _keep(context: click.Context, param: click.Parameter, value: object) -> None:
    if value is not None and param.name:
        setattr(settings(context), param.name, value)
