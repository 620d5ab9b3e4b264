"""The operations of a SPARQL Update, and what must be said in its text for the engine to do what the standard says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pyoxigraph import NamedNode

from g7graph.errors import QueryError, UnknownName
from g7graph.store.dataset import resolved
from g7graph.store.edits import Edit, Edited
from g7graph.store.guard import BASE, PROLOGUE, Token, position, tokens

_EMPTY_OPERATION = " DELETE DATA {} "
_EMPTIES = ("CLEAR", "DROP")
_COPIES = ("ADD", "COPY", "MOVE")
_WRITES = ("INSERT", "DELETE")
_LOAD_WORDS = ("LOAD", "SILENT")
_INTO_WORDS = ("INTO", "GRAPH")
_NAMES = ("iri", "name")


@dataclass(frozen=True)
class Wanted:
    """What a request says beside its text: the graphs of USING; and those of the union, where there is one."""

    using: Sequence[str] | None = None
    using_named: Sequence[str] | None = None
    union: Sequence[str] | None = None


def edited(text: str, wanted: Wanted) -> Edited:
    """Return an update with what the request and the service say put into its text.

    - `LOAD SILENT` does nothing: nothing is ever fetched, and its failure is not told (SPARQL 1.1 Update §3.1.4).
    - `CLEAR` and `DROP` of a graph that is not there succeed: no empty graphs are kept (§3.1.3, §3.2.2).
    - The graphs of the request stand in `USING` (SPARQL 1.1 Protocol §2.2.3); where the default graph is the union of
      `union`, so do those, in each operation that names none itself, with those that operations before it name to
      write to: they are done in order (§3).

    Raises QueryError for LOAD, for a dataset given twice and, over a union, for statements of the default graph;
    UnknownName for a graph that the union does not have.
    """
    edits: list[Edit] = []
    if wanted.union is None:
        for operation in _operations(text):
            edits += _edits(operation, text, wanted)
    else:
        prologue: list[str] = []
        seen = dict.fromkeys(wanted.union)
        asked = dict.fromkeys((*(wanted.using or ()), *(wanted.using_named or ())))
        for operation in _operations(text):
            edits += _edits(operation, text, replace(wanted, union=[*seen]))
            prologue += [token.text for declared in _declarations(operation) for token in declared]
            asked |= dict.fromkeys(resolved(prologue, _asked(operation), BASE))
            seen |= dict.fromkeys(resolved(prologue, _made(operation), BASE))
        for iri in (one for one in asked if one not in seen):
            raise UnknownName("graph", iri, wanted.union)
    return Edited(text, tuple(sorted(edits, key=lambda edit: edit.start)))


def _asked(operation: list[Token]) -> Iterator[str]:
    """Yield the graphs that an operation names to be asked, as its text does: in USING, USING NAMED."""
    before = ""
    for token in operation:
        if token.kind in _NAMES and before == "USING":
            yield token.text
        before = before if token.word == "NAMED" else token.word


def _made(operation: list[Token]) -> Iterator[str]:
    """Yield the graphs that an operation names to write to, as its text does."""
    depth, block = 0, ""
    for before, token in pairwise((Token("", "", 0), *operation)):
        if depth == 0 and token.word in (*_WRITES, "WHERE"):
            block = token.word
        depth += (token.text == "{") - (token.text == "}")
        is_target = (before.word == "GRAPH" and block == "INSERT") or before.word == "WITH"
        if token.kind in _NAMES and is_target:
            yield token.text
    if operation and operation[-1].kind in _NAMES:  # what is copied to
        yield operation[-1].text


def _operations(text: str) -> Iterator[list[Token]]:
    """Cut a text at the semicolons outside braces; a prologue goes with what follows it."""
    depth, found = 0, list[Token]()
    for token in tokens(text):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.text == ";":
            yield found
            found = []
        else:
            found.append(token)
    yield found


def gathered(text: str) -> Edited:
    """Return an update with what later operations declare before the first: the engine knows no other place for it.

    Each may declare (SPARQL 1.1 §19.8 rule 29); where one does otherwise than before, the text stays as it is.
    """
    operations = list(_operations(text))
    first = next(_words(operations[0]), None)
    known: dict[str, str] = {}
    edits: list[Edit] = []
    moved: list[str] = []
    for number, operation in enumerate(operations):
        for declared in _declarations(operation):
            name, value = declared[-2].word or declared[-2].text, declared[-1].text
            if known.get(name, value) != value or (number and name == "BASE" and name not in known):
                return Edited(text, ())
            if number:
                edits.append(Edit(declared[0].start, declared[-1].end, ""))
                moved += [] if name in known else [f"PREFIX {name} {value} "]
            known[name] = value
    place = first[1].start if first else 0
    return Edited(text, (Edit(place, place, "".join(moved)), *edits) if edits else ())


def _declarations(operation: list[Token]) -> Iterator[list[Token]]:
    """Yield the declarations that an operation begins with: `BASE`, its IRI; `PREFIX`, a name, its IRI."""
    place = 0
    while place < len(operation) and operation[place].word in ("BASE", "PREFIX"):
        length = 2 if operation[place].word == "BASE" else 3
        declared = operation[place : place + length]
        if [token.kind for token in declared[1:]] != ["name", "iri"][-(length - 1) :]:
            return
        yield declared
        place += length


def _edits(operation: list[Token], text: str, wanted: Wanted) -> list[Edit]:
    words = list(_words(operation))
    if not words:
        return []
    place, first = words[0]
    if first.word == "LOAD":
        return [_unloaded(operation[place:], text)]
    if first.word in (*_EMPTIES, *_COPIES) and wanted.union is not None:
        for _, token in words:
            if token.word == "DEFAULT":
                raise _placed("no_default_graph", token, text)
    if first.word in _EMPTIES and [token.word for _, token in words[1:2]] != ["SILENT"]:
        return [Edit(first.end, first.end, " SILENT")]
    if first.word in (*_WRITES, "WITH"):
        return _written(operation, words, text, wanted)
    return []


def _words(operation: list[Token]) -> Iterator[tuple[int, Token]]:
    """Yield the words outside braces, each with its place; those of the prologue are left out."""
    depth = 0
    for place, token in enumerate(operation):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.word and token.word not in PROLOGUE:
            yield place, token


def _unloaded(operation: list[Token], text: str) -> Edit:
    """Have a LOAD SILENT do nothing. Raises QueryError for any other LOAD."""
    said = [token.word or token.kind for token in operation]
    name = [kind for kind in said[2:3] if kind in _NAMES]
    into = said[3:]
    if tuple(said[:2]) != _LOAD_WORDS or not name or (into and (tuple(into[:2]) != _INTO_WORDS or len(into) != 3)):  # noqa: PLR2004
        raise _placed("outbound", operation[0], text)
    return Edit(operation[0].start, operation[-1].end, _EMPTY_OPERATION)


def _written(operation: list[Token], words: list[tuple[int, Token]], text: str, wanted: Wanted) -> list[Edit]:
    """Return the edits of an INSERT or DELETE, with or without WHERE."""
    said = [token.word for _, token in words]
    given = wanted.using is not None or wanted.using_named is not None
    own = next((token for _, token in words if token.word in ("WITH", "USING")), None)
    short = said[:2] == ["DELETE", "WHERE"] and words[1][0] == words[0][0] + 1  # no block between them
    if wanted.union is not None and "WITH" not in said:
        for place, token in words:
            if token.word in _WRITES:
                _refuse_default(operation[place + 1 :], text)
    where = next((token for _, token in words if token.word == "WHERE"), None)
    if where is None:
        return []
    if given and own:
        raise _placed("dataset_twice", own, text)
    if given:
        clause = _using(wanted.using or (), wanted.using_named or ())
    elif wanted.union is not None and not own:
        clause = _using(wanted.union, wanted.union)
    else:
        return []
    if not short:
        return [Edit(where.start, where.start, clause)]
    return [Edit(where.start, where.start, f"{text[where.end : operation[-1].end]}\n{clause}")] if given else []


def _using(graphs: Sequence[str], named: Sequence[str]) -> str:
    """Write the clauses of a dataset. Raises QueryError for what is no IRI."""
    try:
        written = [f"USING {NamedNode(iri)} " for iri in graphs] + [f"USING NAMED {NamedNode(iri)} " for iri in named]
    except ValueError as error:
        raise QueryError("not_an_iri", detail=str(error)) from error
    return "".join(written)


def _refuse_default(template: list[Token], text: str) -> None:
    """Raise QueryError for a statement outside GRAPH in the block that comes next."""
    depth, named = 0, False
    for token in template:
        if token.text == "{":
            depth += 1
        elif token.text == "}":
            depth -= 1
            if depth <= 0:
                return
            named = False
        elif depth == 1 and token.word == "GRAPH":
            named = True
        elif depth == 1 and not named and token.text != ".":
            raise _placed("no_default_graph", token, text)


def _placed(key: str, token: Token, text: str) -> QueryError:
    line, column = position(text, token.start)
    return QueryError(key, detail=token.text, line=line, column=column)
