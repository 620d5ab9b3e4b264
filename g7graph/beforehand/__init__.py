"""What is found before anybody asks, of data too large to find it then: what points to hubs, answers that take long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from g7graph import i18n
from g7graph.pointing import Hubs, Listing
from g7graph.result import Answers, Materialised, Runner


@dataclass(frozen=True)
class Beforehand:
    """The listings of hubs, and answers of saved queries; none where nothing was looked for."""

    hubs: Hubs = field(default_factory=dict[str, Listing])
    answers: Answers = field(default_factory=dict[str, Materialised])


def answers(runner: Runner) -> Iterator[tuple[str, Materialised]]:
    """Yield the answers of the queries whose header says that they are materialised, in each language.

    All other parameters are as they are by default. Raises QueryError for a query that gives no table.
    """
    for query in runner.library:
        if query.materialised:
            has_language = any(param.type == "lang" for param in query.params)
            for lang in i18n.LANGUAGES if has_language else (i18n.DEFAULT,):
                yield runner.materialise(query, lang)
