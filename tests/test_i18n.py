"""Every message exists in the three languages, with the same slots."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from g7graph import i18n

CATALOGUES = sorted(path.stem for path in (Path(i18n.__file__).parent / "locale").glob("*.toml"))
MESSAGES = [(module, key) for module in CATALOGUES for key in i18n.catalogue(module)]


@pytest.mark.parametrize(("module", "key"), MESSAGES)
def test_a_message_has_three_languages_with_the_same_slots(module: str, key: str) -> None:
    message = i18n.catalogue(module)[key]
    assert set(message) == set(i18n.LANGUAGES)
    slots = {lang: {name for _, name, _, _ in string.Formatter().parse(text) if name} for lang, text in message.items()}
    assert slots["es"] == slots["en"] == slots["fr"]
    assert all(text.strip() for text in message.values())


@pytest.mark.parametrize(
    ("wanted", "chosen"), [(["en-GB"], "en"), ([None, "fr"], "fr"), (["pt", "de"], "es"), ([], "es"), (["*"], "es")]
)
def test_the_first_language_we_have_is_chosen(wanted: list[str | None], chosen: str) -> None:
    assert i18n.choose(wanted) == chosen
