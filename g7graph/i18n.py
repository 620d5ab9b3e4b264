"""What users read, in their language: messages by key from `locale/<module>.toml`.

Each message has the three languages side by side, so that a missing one is seen at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

LANGUAGES = ("es", "en", "fr")
DEFAULT = "es"
_HINT = re.compile(r"(?<=\.) [^.]*\{nearest\}.*$")


@cache
def catalogue(module: str) -> dict[str, dict[str, str]]:
    """Read the messages of a module: key → language → text."""
    source = resources.files("g7graph") / "locale" / f"{module}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def text(key: str, lang: str = DEFAULT, **values: object) -> str:
    """Return the message `module.name` in a language, its `{slots}` filled; where nothing is nearest, no hint at it.

    >>> text("errors.no_file", "en", path="a.ttl")
    'There is no file or folder a.ttl.'
    >>> text("errors.unknown_graph", "en", name="a", nearest="")
    'There is no graph «a» in this store.'
    """
    module, _, name = key.partition(".")
    message = catalogue(module)[name]
    said = message.get(lang, message[DEFAULT])
    if values.get("nearest") == "":
        said = _HINT.sub("", said)
    return said.format(**values)


def choose(wanted: Sequence[str | None]) -> str:
    """Return the first language we have of those wanted, in their order; Spanish where there is none.

    >>> choose(["pt-BR", "fr-CA", "en"])
    'fr'
    """
    for tag in wanted:
        code = (tag or "").lower().partition("-")[0]
        if code in LANGUAGES:
            return code
    return DEFAULT
