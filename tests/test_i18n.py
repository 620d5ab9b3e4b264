"""Every message exists in the three languages, with the same slots."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from g7graph import i18n
from g7graph.web.refusals import STATUS

CATALOGUES = sorted(path.stem for path in (Path(i18n.__file__).parent / "locale").glob("*.toml"))
MESSAGES = [(module, key) for module in CATALOGUES for key in i18n.catalogue(module)]
#: The statuses of `werkzeug.exceptions` that occur.
RAISED = {400, 404, 405, 408, 411, 412, 413, 416, 431, 500}


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


def test_every_status_has_a_title_in_three_languages() -> None:
    wanted = {status.value for status in STATUS.values()} | RAISED
    assert wanted <= {int(key.removeprefix("title_")) for key in i18n.catalogue("web") if _is_of_status(key, "title")}


def test_what_others_refuse_is_said_in_three_languages() -> None:
    assert {int(key.removeprefix("http_")) for key in i18n.catalogue("web") if _is_of_status(key, "http")} >= RAISED


def test_every_problem_has_words() -> None:
    assert STATUS.keys() <= {**i18n.catalogue("errors"), **i18n.catalogue("web")}.keys()


def _is_of_status(key: str, kind: str) -> bool:
    return key.startswith(f"{kind}_") and key.removeprefix(f"{kind}_").isdecimal()
