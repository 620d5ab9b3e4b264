"""The colours of the site: what is read or shows the focus stands out from its ground as WCAG 2.2 asks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import g7graph.web

SHEET = (Path(g7graph.web.__file__).parent / "static" / "style.css").read_text(encoding="utf-8")
NAMED = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", SHEET))
STATES = ("exceeded", "achieved", "on-track", "behind", "in-progress", "not-reported")
TEXT, OTHER = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour as WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) > len("#fff") else "".join(digit * 2 for digit in colour[1:])
    shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colour(rule: str) -> str:
    """Return the colour that a rule gives, looked up where it is a named one."""
    (given,) = re.findall(re.escape(rule) + r" \{ [^}]*?(?:var\(--([\w-]+)\)|(#[0-9a-f]{3,6}))", SHEET)
    return NAMED[given[0]] if given[0] else str(given[1])


@pytest.mark.parametrize("name", ["ink", "quiet", "accent", "brand"])
@pytest.mark.parametrize("ground", ["paper", "shade"])
def test_text_can_be_read_on_its_ground(name: str, ground: str) -> None:
    assert contrast(NAMED[name], NAMED[ground]) >= TEXT


@pytest.mark.parametrize("state", STATES)
def test_the_white_sign_of_a_state_can_be_read(state: str) -> None:
    assert contrast("#fff", colour(f".s-{state}")) >= TEXT


@pytest.mark.parametrize("state", STATES)
def test_the_bar_of_a_state_stands_out_from_the_page(state: str) -> None:
    assert contrast(NAMED[state], NAMED["paper"]) >= OTHER


@pytest.mark.parametrize("ground", ["paper", "shade"])
def test_who_uses_the_keyboard_sees_where_they_are(ground: str) -> None:
    assert contrast(colour(":focus-visible"), NAMED[ground]) >= OTHER
