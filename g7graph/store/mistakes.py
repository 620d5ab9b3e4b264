"""What is wrong with the syntax of a query or an update, and where: the first token that cannot stand where it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

from g7graph import vocab
from g7graph.errors import QueryError
from g7graph.store import guard
from g7graph.store.grammar import LONGEST, SYNTAX, Grammar, items, offset
from g7graph.store.guard import Token
from g7graph.store.pieces import Pieces, pieces, shown
from g7graph.store.stack import deep
from g7graph.store.wanted import wanted

Original = Callable[[int], int]
#: Characters of a text that no thread is too shallow for: it takes less than half of what a server's threads have.
_SHALLOW = 2_000

#: Beyond, to ask the engine again and again takes too long.
_MOST_CHARACTERS = 100_000
_WHOLE_IRI = re.compile(r"<[^<>\n]*>")
#: How the reasons begin that the engine gives, and what we say.
_REASONS = {
    "Prefix not found": "prefix",
    "IRI parsing failed": "iri",
    "prefix IRI parsing failed": "iri",
    "language tag parsing failed": "language",
    "Variables are not allowed in INSERT DATA": "data_variable",
    "Variables and blank nodes are not allowed in DELETE DATA": "data_variable",
    "Blank nodes are not allowed in DELETE WHERE": "delete_blank",
    "<unreported>": "blank_twice",
    "The VALUES clause rows": "values_length",
    "BIND is overriding": "bound_twice",
    "The SELECT overrides": "selected_twice",
    "Duplicated variable name in SELECT": "selected_twice",
    "The SELECT contains": "ungrouped",
    "SELECT * is not authorized": "star_grouped",
}
#: What the engine says of an update as a whole, without a place (SPARQL 1.1 Update §3.1.1).
_SHARED = re.compile(r"blank node (\S+) cannot be shared")
#: Reasons that hold of one token, which the engine is then beyond.
_NAMING = ("blank_twice", "iri", "language", "prefix")
_OF_SELECT = ("selected_twice", "star_grouped", "ungrouped")


def of_query(message: str, text: str, evaluated: str | None = None, original: Original | None = None) -> QueryError:
    """Return the engine's syntax error of a query, placed in the text that was sent to us.

    Where the engine was given another text (`evaluated`), `original` leads from its offsets back to ours.
    """
    return _error(Grammar(updates=False), message, text, evaluated, original)


def of_update(message: str, text: str, evaluated: str | None = None, original: Original | None = None) -> QueryError:
    """Return the engine's syntax error of an update, placed as `of_query` does."""
    return _error(Grammar(updates=True), message, text, evaluated, original)


def mistake(text: str, *, updates: bool) -> QueryError | None:
    """Return what is wrong with the syntax of a query or an update, which is not evaluated; None where nothing is."""
    look = partial(_mistaken, text, updates=updates)
    return look() if len(text) <= _SHALLOW else deep(look)


def _mistaken(text: str, *, updates: bool) -> QueryError | None:
    grammar = Grammar(updates=updates)
    said, asked = grammar.said(text)
    return _error(grammar, said, text, asked.text, asked.offset) if said else None


def _error(grammar: Grammar, message: str, text: str, evaluated: str | None, original: Original | None) -> QueryError:
    said = SYNTAX.search(message)
    shared = _SHARED.search(message)
    if shared:
        last = max((piece.start for piece in pieces(text).all if piece.text == shared[1]), default=0)
        return _placed(text, last, "blank_shared", token=shared[1])
    if not said:
        return QueryError("syntax", detail=message, line=1, column=1)
    found = _mistake(grammar, pieces(text)) if len(text) <= _MOST_CHARACTERS else None
    if found:
        return found
    stop = offset(text if evaluated is None else evaluated, int(said["line"]), int(said["column"]))
    return stopped(text, original(stop) if original else stop, said["expected"])


def stopped(text: str, stop: int, expected: str) -> QueryError:
    """Return what the engine itself says of an offset, near a mistake: its reason, or what stands there."""
    start = min(stop, len(text))
    token = shown(text, Token("other", text[start:], start))
    if not token and text[start:].strip():  # it is the end of a line, and the text goes on
        line = text.rfind("\n", 0, start) + 1
        start = max((line + one.start for one in guard.tokens(text[line:start])), default=start)
        token = shown(text, Token("other", text[start:], start))
    for name, sentence in _reasons(items(expected)):
        if name not in _NAMING:
            return _placed(text, start, name, token=token, reason=sentence)
    return _placed(text, start, "unexpected" if token else "ended", token=token)


def _mistake(grammar: Grammar, read: Pieces) -> QueryError | None:
    """Return the first mistake of a text; None where the engine says of its parts that there is none."""
    stop = grammar.stop(read.before(len(read.all)))
    if stop is not None:
        return _unexpected(grammar, read, _first_bad(grammar, read, stop))
    if read.broken:
        return _placed(read.text, read.broken.start, "string", token=shown(read.text, read.broken))
    return None if grammar.is_right(read.asked) else _ended(grammar, read)


def _first_bad(grammar: Grammar, read: Pieces, stop: int) -> int:
    """Return the place of the first token that cannot stand where it does: the one after those that are taken.

    It is looked for from behind: of some functions the name is taken only with what comes next.
    """
    first = next(place for place, piece in enumerate(read.all) if piece.end >= stop - LONGEST)
    end = next((place for place, piece in enumerate(read.all) if piece.start > stop), len(read.all))
    return next((place for place in range(end, first, -1) if grammar.stop(read.before(place)) is None), first)


def _unexpected(grammar: Grammar, read: Pieces, place: int) -> QueryError:
    """Return what is wrong with a token that the engine does not take after those before it."""
    bad, before = read.all[place], read.before(place)
    last = read.all[place - 1].word if place else ""
    if grammar.updates and bad.word in guard.PROLOGUE:
        return _placed(read.text, bad.start, "prologue", token=bad.text)
    if last == "PREFIX" and bad.kind == "word" and place + 1 < len(read.all):
        return _placed(read.text, read.start(place + 1), "unexpected_for", token=read.shown(place + 1), expected=":")
    reasons = _reasons(grammar.refusal(before, read.asked[bad.start : bad.end]))
    if not reasons and bad.text == "}":
        reasons = _reasons(grammar.signs(before))
    found = _of_iri(grammar, read, place) if bad.text == "<" else _of_string(grammar, read, place)
    return found or _explained(read, place, reasons) or _unlike(grammar, read, place)


def _of_iri(grammar: Grammar, read: Pieces, place: int) -> QueryError | None:
    """Return the error of a `<` that begins no IRI, where one could stand."""
    if grammar.stop(f"{read.before(place)} <{vocab.BASE}>") is not None:
        return None
    whole = _WHOLE_IRI.match(read.text, read.start(place))
    token = whole.group() if whole else read.shown(place)
    return _placed(read.text, read.start(place), "iri" if whole else "iri_open", token=token)


def _of_string(grammar: Grammar, read: Pieces, place: int) -> QueryError | None:
    """Return the error of an escape sequence that there is not."""
    bad = read.all[place]
    inside = (grammar.stop(read.asked[: bad.end]) or 0) - 1
    if bad.kind not in ("string", "long") or not bad.start < inside < bad.end or read.text[inside] != "\\":
        return None
    return _placed(read.text, inside, "escape", token=read.text[inside : inside + 2])


def _explained(read: Pieces, place: int, reasons: Iterable[tuple[str, str]]) -> QueryError | None:
    """Return the error of the engine's first reason, where it has one."""
    start, token = read.start(place), read.shown(place)
    for name, sentence in reasons:
        if name == "prefix":
            prefix = token.partition(":")[0]
            return _placed(read.text, start, name, token=f"{prefix}:", iri=vocab.PREFIXES.get(prefix, "…"))
        if name in _OF_SELECT:
            return _placed(read.text, _select(read, place), name)
        if name != "blank_twice" or token.startswith("_:"):
            return _placed(read.text, start, name, token=token, reason=sentence)
    return None


def _unlike(grammar: Grammar, read: Pieces, place: int) -> QueryError:
    """Return the error of a token of which no more is known than what could come in its place."""
    bad, before = read.all[place], read.before(place)
    words = grammar.words(before)
    if bad.word in words and place + 1 < len(read.all):  # a function that is taken only with its parenthesis
        return _placed(read.text, read.start(place + 1), "unexpected_for", token=read.shown(place + 1), expected="(")
    expected = wanted(grammar.signs(before), words, bad.text)
    name = "unexpected_for" if expected else "unexpected"
    return _placed(read.text, bad.start, name, token=read.shown(place), expected=expected)


def _ended(grammar: Grammar, read: Pieces) -> QueryError:
    """Return what is wrong with a text of which every token can stand where it does."""
    end = len(read.all)
    signs = grammar.signs(read.before(end))
    expected = wanted(signs, grammar.words(read.before(end)), "")
    name = "ended_for" if expected else "ended"
    return _explained(read, end, _reasons(signs)) or _placed(read.text, read.start(end), name, expected=expected)


def _select(read: Pieces, place: int) -> int:
    """Return where the SELECT begins that ends before a place."""
    depth = 0
    for piece in reversed(read.all[:place]):
        depth += (piece.text == "}") - (piece.text == "{")
        if depth == 0 and piece.word == "SELECT":
            return piece.start
    return read.start(place)


def _reasons(expected: Iterable[str]) -> list[tuple[str, str]]:
    """Return the reasons of the engine, each with our name for it."""
    sentences = sorted(item for item in expected if " " in item or item in _REASONS)
    named = {
        sentence: [name for begin, name in _REASONS.items() if sentence.startswith(begin)] for sentence in sentences
    }
    return [(names[0] if names else "reason", sentence) for sentence, names in named.items()]


def _placed(text: str, start: int, mistake: str, **said: str) -> QueryError:
    """Return the error of `mistakes.<mistake>`, its words left to who reads them: workers open no files."""
    line, column = guard.position(text, start)
    return QueryError("syntax", line=line, column=column, mistake=mistake, **said)
