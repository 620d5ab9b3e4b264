"""RDF terms and numbers as a page shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from g7graph import vocab
from g7graph.table import Term, python, text
from g7graph.web.context import language, link, say
from g7graph.web.names import Labels

_LONG, _SHORT = 60, 16  # letters
_NARROW_SPACE = "\u202f"
_GROUPED_FROM = 10_000
_UNITS = ("B", "kB", "MB", "GB")
_THOUSAND = 1000
_TEN = 10


class Cell(NamedTuple):
    """What is shown of a term: text, where it leads, its code, its language; `iri` is always the canonical one.

    Templates write it as it is: a page has some hundred, and a macro for each would take as long as all else. For the
    same reason it is a named tuple, which is made several times as fast as a data class.
    """

    text: str
    href: str | None = None
    code: str = ""
    lang: str = ""
    iri: str = ""
    is_number: bool = False
    is_named: bool = False

    def __html__(self) -> str:
        """Return it as HTML: the code, then a link, a number or a text, whose language is said where it is another."""
        code, words = f'<span class="code">{escape(self.code)}</span> ' if self.code else "", escape(self.text)
        if self.href:
            return f'{code}<a href="{escape(self.href)}" title="{escape(self.iri)}">{words}</a>'
        if self.is_number:
            return f'{code}<span class="number">{words}</span>'
        if not self.lang:
            return f'{code}<span class="text">{words}</span>'
        lang = escape(self.lang)
        tag = "" if lang == language() else f' <span class="tag">{lang}</span>'
        return f'{code}<span class="text" lang="{lang}">{words}</span>{tag}'


def cell(
    term: Term | Triple | None, names: Labels | None = None, leads: Callable[[str], str | None] | None = None
) -> Cell:
    """Return how a term is shown: by its name where names are given, and with a link where it `leads` to.

    Who shows many gives the `link` of the reader.
    """
    if isinstance(term, NamedNode):
        iri = term.value
        href = (leads or link)(iri)
        if names is None:
            return Cell(vocab.curie(iri), href, iri=iri)
        name = names[iri]
        return Cell(name.label, href, name.code, iri=iri, is_named=iri in names)
    if isinstance(term, Literal):
        value = python(term)
        if isinstance(value, bool):
            return Cell(say("true" if value else "false"))
        if isinstance(value, (int, Decimal)):
            return Cell(number(value), is_number=True)
        return Cell(term.value, lang=term.language or "")
    return Cell(text(term))


def as_written(term: Term | Triple | None) -> Cell:
    """Return how a term is shown to those who ask in SPARQL: numbers and truth values as queries have them."""
    if not isinstance(term, Literal):
        return cell(term)
    value = python(term)
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return Cell(term.value, lang=term.language or "", is_number=is_number)


class Html(str):
    """A text that is HTML already."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return it as it is."""
        return self


def td(one: Cell, label: str = "") -> Html:
    """Write a cell of a table; `label` is the heading of its column, for narrow screens."""
    heading = f' data-label="{escape(label)}"' if label else ""
    length = len(one.text)
    kind = "number" if one.is_number else "long" if length > _LONG else "short" if length < _SHORT else ""
    look = f' class="{kind}"' if kind else ""
    return Html(f"<td{heading}{look}>{one.__html__() if one.text else ''}</td>\n")


def tr(cells: Sequence[Cell], labels: Sequence[str] = ()) -> Html:
    """Write a row of a table; `labels` are the headings of its columns, for narrow screens."""
    written = map(td, cells, labels) if labels else map(td, cells)
    return Html(f"<tr>{''.join(written)}</tr>")


def items(cells: Iterable[Cell]) -> Html:
    """Write the items of a list."""
    return Html("".join([f"<li>{one.__html__()}</li>\n" for one in cells]))


def number(value: object) -> str:
    """Write a number as the language of the request does: 1,234.5 in English, 1 234,5 in French."""
    if not isinstance(value, (int, float, Decimal)):
        return "" if value is None else str(value)
    lang = language()
    written = f"{value:,}" if not -_GROUPED_FROM < value < _GROUPED_FROM else f"{value}"
    whole, point, fraction = written.partition(".")
    fraction = fraction.rstrip("0") if point else ""
    whole = whole if lang == "en" else whole.replace(",", _NARROW_SPACE)
    return whole + (("," if lang == "fr" else ".") + fraction if fraction else "")


def size(count: int) -> str:
    """Write a number of bytes to three digits or so, in powers of a thousand."""
    unit = next(unit for unit in _UNITS if count < _THOUSAND ** (_UNITS.index(unit) + 1) or unit == _UNITS[-1])
    scaled = count / _THOUSAND ** _UNITS.index(unit)
    return f"{number(round(scaled, 1 if scaled < _TEN and unit != _UNITS[0] else None))}{_NARROW_SPACE}{unit}"


def percent(ratio: object) -> str:
    """Write a ratio as a whole percentage."""
    if not isinstance(ratio, (int, float, Decimal)):
        return ""
    written = number(round(ratio * 100))
    return f"{written}%" if language() == "en" else f"{written}{_NARROW_SPACE}%"
