"""Asking the application for an address, as a browser and as a program do, and what its answer is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask

from g7graph.errors import StoreError
from g7graph.freeze.address import Address, Root
from g7graph.web import formats
from g7graph.web.negotiate import Format

_BROWSER = "text/html,application/xhtml+xml,*/*;q=0.5"
_PROGRAM = "*/*"
_NOBODY = "application/x-nothing-that-is-offered"
_FORMATS: tuple[Format, ...] = (*formats.GRAPHS, *formats.TABLES, formats.QUERY, formats.JSON)
#: Media type, without parameters → extension, of what answers may be offered as beside pages.
EXTENSIONS = {one.media_type.partition(";")[0]: one.name for one in _FORMATS}


@dataclass(frozen=True)
class Answer:
    """What an address answers; `lang` is empty where it says the same in every language."""

    status: int
    media_type: str
    lang: str
    location: str
    passing: bool
    body: bytes

    @property
    def is_whole(self) -> bool:
        """Whether it is an answer that stays the same, and no refusal."""
        return self.status == HTTPStatus.OK and not self.passing


@dataclass(frozen=True)
class Asker:
    """Asks an application as if it were mounted at a root."""

    app: Flask
    root: Root

    def page(self, address: Address, lang: str) -> Answer:
        """Ask as a browser does. Raises StoreError where the application fails."""
        return self._ask(address, lang, _BROWSER)

    def file(self, address: Address, lang: str, **args: str) -> Answer:
        """Ask as a program does that takes what it gets. Raises StoreError where the application fails."""
        return self._ask(address, lang, _PROGRAM, **args)

    def offered(self, address: Address, lang: str) -> list[str]:
        """Return the extensions of the formats that an address is offered in, pages apart."""
        refused = self._ask(address, lang, _NOBODY)
        if refused.status != HTTPStatus.NOT_ACCEPTABLE:
            return []
        return [EXTENSIONS[one] for one in json.loads(refused.body)["available"] if one in EXTENSIONS]

    def _ask(self, address: Address, lang: str, accept: str, **args: str) -> Answer:
        response = self.app.test_client(use_cookies=False).get(
            f"/{Address(address.path).url}",
            base_url=self.root.url,
            query_string=dict(address.args) | args,
            headers={"Accept": accept, "Accept-Language": lang},
        )
        with response:
            status = HTTPStatus(response.status_code)
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED:
                raise StoreError("freeze_failed", address=address.url, status=status.value)
            return Answer(
                status,
                response.mimetype or "",
                response.headers.get("Content-Language", ""),
                response.headers.get("Location", ""),
                "no-store" in response.headers.get("Cache-Control", ""),
                response.get_data(),
            )
