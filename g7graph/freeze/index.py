"""The index that a page searches by itself: what things are called, cited by and said to be, in a script of its own.

A script, so that it can be loaded from a folder (`file:`), too, where browsers let pages read nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from g7graph import i18n, vocab
from g7graph.freeze.address import Address, href
from g7graph.freeze.edition import query
from g7graph.store import Store
from g7graph.web.names import best

_HEAD = "globalThis.g7graphIndex = "


@dataclass
class _Said:
    code: str = ""
    names: list[Literal] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    kinds: dict[str, list[Literal]] = field(default_factory=dict)


def written(store: Store, is_kept: Callable[[Address], bool]) -> bytes:
    """Write the index of the things whose page is kept; hrefs have no language and no extension.

    Each thing is a list: where it is, its code, the places of its kinds among `kinds`, its names and the rest of its
    texts; names are in the order of `languages`.
    """
    said = _read(store)
    kinds: dict[str, list[str]] = {}
    things = []
    for iri, one in said.items():
        page = Address.of("doc/" + iri.removeprefix(vocab.THING))
        if not is_kept(page):
            continue
        kinds |= {kind: _named(labels, "") for kind, labels in one.kinds.items() if kind not in kinds}
        texts = [*dict.fromkeys(text for text in one.texts)]
        names = _named(one.names, vocab.curie(iri))
        things.append([href(page.stem), one.code, [*map([*kinds].index, one.kinds)], names, "\n".join(texts)])
    index = {"languages": i18n.LANGUAGES, "kinds": [*kinds.values()], "things": things}
    return (_HEAD + json.dumps(index, ensure_ascii=False, separators=(",", ":")) + ";\n").encode()


def _read(store: Store) -> dict[str, _Said]:
    said: dict[str, _Said] = {}
    for thing, part, text in store.table(query("texts")).rows:
        if not isinstance(thing, NamedNode) or not isinstance(text, Literal) or part is None:
            continue
        one = said.setdefault(thing.value, _Said())
        match part.value:
            case "code":
                one.code = one.code or text.value
            case "name":
                one.names.append(text)
            case "place" if not one.names:
                one.names.append(text)
            case _:
                one.texts.append(text.value)
    for thing, kind, label in store.table(query("kinds")).rows:
        if thing is not None and thing.value in said and kind is not None and isinstance(label, Literal):
            said[thing.value].kinds.setdefault(kind.value, []).append(label)
    return said


def _named(labels: Iterable[Literal], otherwise: str) -> list[str]:
    known = [*labels]
    return [best(known, lang) if known else otherwise for lang in i18n.LANGUAGES]
