"""How a run of a saved query is cited: query, parameters, dataset and result, in an address that holds them all.

`api/runs/<query>/<version of the query>/<edition of the dataset>/sha256-<hash of the result>?<parameters>`: whoever
has the address can tell whether an answer is the one that was cited, without a register of runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from pyoxigraph import NamedNode

from g7graph import run, vocab
from g7graph.errors import BadParameter, UsageError
from g7graph.queries import SavedQuery
from g7graph.run import Given
from g7graph.store import Store
from g7graph.table import text

FOLDER = "api/runs/"
_VERSION = Path(__file__).with_name("version.rq")
_RESULT = "sha256-"
_ADDRESS = re.compile(
    rf"(?:^|/){FOLDER}(?P<query>[^/]+)/(?P<version>[0-9a-f]{{16}})/(?P<edition>[^/]+)"
    rf"/{_RESULT}(?P<result>[0-9a-f]{{64}})(?:\.[a-z]+)?$"
)
_UNKNOWN = "unknown"
_UNSAFE = re.compile(r"[^A-Za-z0-9.+_~-]")


@dataclass(frozen=True)
class Citation:
    """A run: the name and version of its query, the edition of the data, the hash of the result, the parameters."""

    query: str
    version: str
    edition: str
    result: str
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, address: str, values: Mapping[str, str] | None = None) -> Citation:
        """Read the address of a run, wherever it is served; its own parameters count where no `values` are given.

        Raises UsageError for what is none, BadParameter for a parameter that is given two values.
        """
        parts = urlsplit(address)
        found = _ADDRESS.search(unquote(parts.path))
        if found is None:
            raise UsageError("not_a_run", address=address)
        own = _values(found["query"], parts.query) if values is None else values
        return cls(**found.groupdict(), values=own)

    @property
    def named_result(self) -> str:
        """The hash of the result with the name of what it was made by."""
        return _RESULT + self.result

    @property
    def path(self) -> str:
        """The path below the service, without the parameters."""
        parts = (self.query, self.version, self.edition, self.named_result)
        return FOLDER + "/".join(quote(part, safe="+~") for part in parts)

    @property
    def address(self) -> str:
        """The address below the service.

        >>> Citation("axis-progress", "0123456789abcdef", "0.1.0-89abcdef01234567", 64 * "0", {"lang": "es"}).address
        'api/runs/axis-progress/0123456789abcdef/0.1.0-89abcdef01234567/sha256-000000...
        """
        return self.path + (f"?{urlencode(sorted(self.values.items()))}" if self.values else "")

    def changes(self, now: Citation) -> tuple[str, ...]:
        """Return what is not the same in a later run: of `query`, `data` and `result`.

        Queries are described in the data: where the query is another, the hash of the data tells nothing more, only
        the version they are published under.
        """
        another = self.version != now.version
        before, after = (_published(one.edition) if another else one.edition for one in (self, now))
        differs = {"query": another, "data": before != after, "result": self.result != now.result}
        return tuple(name for name, is_so in differs.items() if is_so)


def _values(query: str, given: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(given):
        if found.setdefault(name, value) != value:
            raise BadParameter("repeated_parameter", query=query, parameter=name, value=value)
    return found


def cited(store: Store, query: SavedQuery, terms: Mapping[str, Given], result: str) -> Citation:
    """Return the citation of a run with some parameters, defaults among them: things by prefixed name or IRI."""
    values = {
        name: vocab.curie(term.value) if isinstance(term, NamedNode) else term.value for name, term in terms.items()
    }
    return Citation(query.name, query.version, edition(store), result, values)


def edition(store: Store) -> str:
    """Return what edition of the dataset a store holds: its version as published, if it says so, and its hash.

    A remote store, of which nobody knows when it changes, has no hash.
    """
    published = _UNSAFE.sub("", text(run.fact(store, _asked())))
    return "-".join(filter(None, [published, store.version])) or _UNKNOWN


def _published(edition: str) -> str:
    """Return the version of an edition without the hash behind it."""
    return edition.rpartition("-")[0]


@cache
def _asked() -> str:
    return _VERSION.read_text(encoding="utf-8")
