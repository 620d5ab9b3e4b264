"""The errors of the project: each says what is wrong, where, what was expected and what to do.

G7Error
├── DataError         a file that cannot be read as what it should be (exit 1)
├── StoreError        the store cannot be opened or does not answer
└── UsageError        the question was put wrongly
    ├── QueryError    SPARQL that does not parse, or is not allowed here
    ├── UnknownName   no such query, graph, format …; the nearest names are given
    ├── Limited       a query beyond one of the service's limits
    └── BadParameter  a parameter the query does not have, or a value it does not take
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from g7graph import i18n


class G7Error(Exception):
    """An error for people: a message key of `locale/errors.toml` and the values it names."""

    exit_code = 2

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def text(self, lang: str = i18n.DEFAULT) -> str:
        """Return the message in a language; a value of several is a list of words there, an error what it says."""
        return i18n.text(f"errors.{self.key}", lang, **{name: _said(one, lang) for name, one in self.values.items()})

    def __str__(self) -> str:
        return self.text("en")

    def __reduce__(self) -> tuple[object, ...]:
        """Let an error pass from a process to its parent as it is."""
        return _restored, (type(self), self.args, vars(self))


class DataError(G7Error):
    """A data file that cannot be read, with the place where reading stopped."""

    exit_code = 1

    def __init__(self, key: str, /, *, path: str, line: int = 0, column: int = 0, detail: str = "") -> None:
        super().__init__(key, path=path, line=line, column=column, detail=detail)
        self.path, self.line, self.column, self.detail = path, line, column, detail


class StoreError(G7Error):
    """A store that cannot be opened, or a remote service that does not answer."""


class UsageError(G7Error):
    """A request that cannot be met as it was put."""


class QueryError(UsageError):
    """A query that does not parse (line and column, from 1) or is not allowed here."""

    def __init__(self, key: str, /, *, detail: str = "", line: int = 0, column: int = 0, **values: object) -> None:
        super().__init__(key, detail=detail, line=line, column=column, **values)
        self.line, self.column = line, column

    @property
    def detail(self) -> str:
        """What is said of it, in English: as it was given, or a message of `locale/mistakes.toml` (`mistake`)."""
        return self._detail("en")

    def text(self, lang: str = i18n.DEFAULT) -> str:
        """Return the message in a language, as its detail is where it is a mistake."""
        return G7Error(self.key, **(self.values | {"detail": self._detail(lang)})).text(lang)

    def _detail(self, lang: str) -> str:
        if "mistake" not in self.values:
            return str(self.values["detail"])
        return i18n.text(f"mistakes.{self.values['mistake']}", lang, **self.values)


class Limited(UsageError):
    """A query beyond one of the service's limits, or one too many."""

    @classmethod
    def too_long(cls, seconds: float, key: str = "too_long") -> Limited:
        """Return the error of what took longer than a number of seconds."""
        return cls(key, limit=int(seconds) if seconds == int(seconds) else seconds)


class UnknownName(UsageError):
    """A name that does not exist, with the nearest that do."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name = kind, name
        self.nearest = nearest(name, known)
        super().__init__(f"unknown_{kind}", name=name, nearest=self.nearest)


class BadParameter(UsageError):
    """A parameter or value that a saved query does not take, with what it does."""

    def __init__(self, key: str, /, *, query: str, parameter: str, value: str = "", known: Iterable[str] = ()) -> None:
        self.query, self.parameter, self.value = query, parameter, value
        names = list(known)
        self.nearest = nearest(value or parameter, names)
        if key == "unknown_parameter":  # few enough to be told all
            self.nearest = (*self.nearest, *sorted(set(names) - set(self.nearest)))
        super().__init__(key, query=query, parameter=parameter, value=value, nearest=self.nearest)


def nearest(name: str, known: Iterable[str], *, most: int = 3) -> tuple[str, ...]:
    """Return the names most like `name`, best first; those a little like it where none is, else the first few of all.

    >>> nearest("agency-progres", ["agency-progress", "evidence", "projects"]), nearest("o1.1", ["1.1", "O1.1"])
    (('agency-progress',), ('O1.1', '1.1'))
    """
    names = sorted(set(known))
    by_folded: dict[str, list[str]] = {}
    for one in names:
        by_folded.setdefault(one.casefold(), []).append(one)
    like = next(filter(None, (get_close_matches(name.casefold(), by_folded, most, least) for least in (0.5, 0.3))), ())
    return tuple([one for folded in like for one in by_folded[folded]][:most] or names[:most])


def _said(value: object, lang: str) -> object:
    if isinstance(value, G7Error):
        return value.text(lang)
    return ", ".join(value) if isinstance(value, (list, tuple)) else value


def _restored(kind: type[G7Error], args: tuple[object, ...], state: dict[str, object]) -> G7Error:
    error = kind.__new__(kind, *args)
    vars(error).update(state)
    return error
