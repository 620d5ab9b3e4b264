"""What the web refuses, and the HTTP status of every error that it answers with.

UsageError
└── Refused           a request that the web refuses as it was put
    ├── NotAcceptable a format that is not on offer; those that are, are listed
    ├── UnknownPage   a page that there is not of what points to a thing
    ├── Elsewhere     what is asked for is not here any more, or never was; a link says what is
    │   └── Changed   a run whose result is not the one that was cited
    ├── UnknownTerm   a type or a property that nothing to match has; the nearest are given
    ├── UnknownThing  a thing of which nothing is said here; the nearest are given
    └── Withdrawn     what was here once, with the reason
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus

from g7graph import i18n
from g7graph.errors import UsageError, nearest
from g7graph.web.negotiate import Format
from g7graph.web.tombstones import Tombstone

#: Error key → status; the keys are those of `locale/errors.toml` and `locale/web.toml`.
STATUS = {
    "bad_callback": HTTPStatus.BAD_REQUEST,
    "bad_cursor": HTTPStatus.BAD_REQUEST,
    "bad_host": HTTPStatus.BAD_REQUEST,
    "bad_page": HTTPStatus.BAD_REQUEST,
    "bad_parts": HTTPStatus.BAD_REQUEST,
    "bad_timeout": HTTPStatus.BAD_REQUEST,
    "bad_value": HTTPStatus.UNPROCESSABLE_ENTITY,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "byte_order_mark": HTTPStatus.BAD_REQUEST,
    "change_not_begun": HTTPStatus.SERVICE_UNAVAILABLE,
    "change_not_saved": HTTPStatus.SERVICE_UNAVAILABLE,
    "change_too_long": HTTPStatus.SERVICE_UNAVAILABLE,
    "change_too_much": HTTPStatus.SERVICE_UNAVAILABLE,
    "change_unanswered": HTTPStatus.GATEWAY_TIMEOUT,
    "change_unseen": HTTPStatus.SERVICE_UNAVAILABLE,
    "change_unserved": HTTPStatus.SERVICE_UNAVAILABLE,
    "change_unsure": HTTPStatus.BAD_GATEWAY,
    "charset": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "client_gone": HTTPStatus.REQUEST_TIMEOUT,
    "coded": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "comments_elsewhere": HTTPStatus.CONFLICT,
    "dataset_twice": HTTPStatus.BAD_REQUEST,
    "graph_exists": HTTPStatus.CONFLICT,
    "graph_not_writable": HTTPStatus.FORBIDDEN,
    "long_query": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "many_changes": HTTPStatus.SERVICE_UNAVAILABLE,
    "many_downloads": HTTPStatus.SERVICE_UNAVAILABLE,
    "long_search": HTTPStatus.BAD_REQUEST,
    "many_parts": HTTPStatus.BAD_REQUEST,
    "many_queries": HTTPStatus.BAD_REQUEST,
    "needs_extra": HTTPStatus.NOT_IMPLEMENTED,
    "no_archive": HTTPStatus.NOT_FOUND,
    "no_default_graph": HTTPStatus.FORBIDDEN,
    "no_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "no_page": HTTPStatus.NOT_FOUND,
    "no_query": HTTPStatus.BAD_REQUEST,
    "no_room": HTTPStatus.SERVICE_UNAVAILABLE,
    "no_table": HTTPStatus.NOT_ACCEPTABLE,
    "no_workers": HTTPStatus.SERVICE_UNAVAILABLE,
    "not_a_run": HTTPStatus.NOT_FOUND,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "not_an_iri": HTTPStatus.BAD_REQUEST,
    "not_evaluated": HTTPStatus.BAD_REQUEST,
    "not_sorted": HTTPStatus.NOT_IMPLEMENTED,
    "not_utf8": HTTPStatus.BAD_REQUEST,
    "other_dataset": HTTPStatus.BAD_REQUEST,
    "other_graph": HTTPStatus.BAD_REQUEST,
    "outbound": HTTPStatus.FORBIDDEN,
    "own_function": HTTPStatus.FORBIDDEN,
    "partial": HTTPStatus.BAD_REQUEST,
    "query_as_update": HTTPStatus.BAD_REQUEST,
    "read_only": HTTPStatus.FORBIDDEN,
    "reconcile_bad_member": HTTPStatus.BAD_REQUEST,
    "reconcile_long": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "reconcile_many": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "reconcile_much": HTTPStatus.SERVICE_UNAVAILABLE,
    "reconcile_no_batch": HTTPStatus.BAD_REQUEST,
    "reconcile_no_extension": HTTPStatus.BAD_REQUEST,
    "reconcile_no_json": HTTPStatus.BAD_REQUEST,
    "reconcile_no_query": HTTPStatus.BAD_REQUEST,
    "rejected": HTTPStatus.UNPROCESSABLE_ENTITY,
    "repeated_parameter": HTTPStatus.UNPROCESSABLE_ENTITY,
    "run_changed": HTTPStatus.GONE,
    "service_failed": HTTPStatus.BAD_GATEWAY,
    "service_not_allowed": HTTPStatus.FORBIDDEN,
    "service_not_reached": HTTPStatus.FORBIDDEN,
    "service_slow": HTTPStatus.GATEWAY_TIMEOUT,
    "several_things": HTTPStatus.CONFLICT,
    "store_remote": HTTPStatus.BAD_GATEWAY,
    "syntax": HTTPStatus.BAD_REQUEST,
    "too_deep": HTTPStatus.BAD_REQUEST,
    "too_large": HTTPStatus.SERVICE_UNAVAILABLE,
    "too_long": HTTPStatus.SERVICE_UNAVAILABLE,
    "too_many": HTTPStatus.TOO_MANY_REQUESTS,
    "too_much": HTTPStatus.SERVICE_UNAVAILABLE,
    "unauthorized": HTTPStatus.UNAUTHORIZED,
    "unknown_dump": HTTPStatus.NOT_FOUND,
    "unknown_format": HTTPStatus.NOT_ACCEPTABLE,
    "unknown_graph": HTTPStatus.NOT_FOUND,
    "unknown_page": HTTPStatus.NOT_FOUND,
    "unknown_parameter": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_property": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_problem": HTTPStatus.NOT_FOUND,
    "unknown_query": HTTPStatus.NOT_FOUND,
    "unknown_thing": HTTPStatus.NOT_FOUND,
    "unknown_type": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_version": HTTPStatus.NOT_FOUND,
    "unparsable": HTTPStatus.BAD_REQUEST,
    "unmet": HTTPStatus.PRECONDITION_FAILED,
    "update_as_query": HTTPStatus.BAD_REQUEST,
    "update_by_get": HTTPStatus.BAD_REQUEST,
    "which_graph": HTTPStatus.BAD_REQUEST,
    "withdrawn": HTTPStatus.GONE,
    "writer_away": HTTPStatus.SERVICE_UNAVAILABLE,
    "writer_gone": HTTPStatus.SERVICE_UNAVAILABLE,
    "wrong_token": HTTPStatus.UNAUTHORIZED,
}


class Refused(UsageError):
    """A request that the web refuses as it was put; its words are in `locale/web.toml`."""

    def text(self, lang: str = i18n.DEFAULT) -> str:
        """Return the message in a language."""
        return i18n.text(f"web.{self.key}", lang, **self.values)


class NotAcceptable(Refused):
    """A format that is not on offer; those that are, are listed."""

    def __init__(self, offered: Iterable[Format]) -> None:
        self.available = [one.media_type.partition(";")[0] for one in offered]
        super().__init__("not_acceptable", available=", ".join(self.available))


class UnknownPage(Refused):
    """A page that there is not of what points to a thing; `pages` is how many there are."""

    def __init__(self, page: str, pages: int) -> None:
        super().__init__("unknown_page", page=page, pages=pages)


class Elsewhere(Refused):
    """Something that is not here any more, or never was; `link` is a header that says what is (RFC 8288)."""

    def __init__(self, key: str, /, link: str, **values: object) -> None:
        super().__init__(key, **values)
        self.link = link


class Changed(Elsewhere):
    """A run whose result is not the one that was cited: what changed since, and where today's is."""

    def __init__(self, changed: Sequence[str], now: str) -> None:
        super().__init__("run_changed", f'<{now}>; rel="latest-version"', now=now)
        self.changed = tuple(changed)

    def text(self, lang: str = i18n.DEFAULT) -> str:
        """Return the message in a language."""
        causes = [i18n.text(f"web.run_changed_{one}", lang) for one in self.changed]
        return " ".join([i18n.text("web.run_changed", lang), *causes])


class UnknownTerm(Refused):
    """A type or a property (`kind`) that nothing has that names are matched to, with the nearest that are."""

    def __init__(self, kind: str, value: str, known: Iterable[str]) -> None:
        self.nearest = nearest(value, known)
        super().__init__(f"unknown_{kind}", value=value, nearest=", ".join(self.nearest))


class UnknownThing(Refused):
    """A thing of which nothing is said here, with the nearest that are known."""

    def __init__(self, thing: str, known: Iterable[str]) -> None:
        self.nearest = nearest(thing, known)
        super().__init__("unknown_thing", thing=thing, nearest=", ".join(self.nearest))


class Withdrawn(Refused):
    """What was here once and was withdrawn, with the reason in the language of the reader."""

    def __init__(self, thing: str, gone: Tombstone) -> None:
        self._gone = gone
        self.withdrawn = gone.when
        super().__init__("withdrawn", thing=thing)

    def text(self, lang: str = i18n.DEFAULT) -> str:
        """Return the message in a language."""
        reasons = self._gone.reasons
        reason = reasons.get(lang) or reasons.get(i18n.DEFAULT) or next(iter(reasons.values()), "")
        day = self._gone.when.partition("T")[0]
        return i18n.text("web.withdrawn", lang, **self.values, date=day, reason=reason).strip()


def kinds(lang: str) -> list[tuple[str, int, str]]:
    """List the kinds of problems: key, status and what is said, its `{slots}` as they stand."""
    said = {**i18n.catalogue("errors"), **i18n.catalogue("web")}
    return [(key.replace("_", "-"), status.value, said[key][lang]) for key, status in sorted(STATUS.items())]
