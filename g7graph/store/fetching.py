"""An answer of a remote service, copied into a file as it comes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import IO, TYPE_CHECKING

from g7graph.errors import Limited
from g7graph.store import Asker, Question
from g7graph.store.abilities import media_type, same_media_type
from g7graph.store.answers import GRAPHS, RESULTS
from g7graph.store.connection import Watch
from g7graph.store.limits import Limits
from g7graph.store.spent import SPENT

if TYPE_CHECKING:
    from g7graph.store.client import Client

_CHUNK_BYTES = 262_144
_MEGABYTE = 1_000_000
_TAIL_BYTES = 100
#: What an answer that is whole ends with, in the formats of which that can be told.
_ENDS = {"json": (b"}",), "xml": (b">",), "rdf": (b">",), "jsonld": (b"]", b"}")}


def has_end(answer: IO[bytes], content_type: str) -> bool:
    """Whether an answer ends as its format does, where that tells: HTTP lets one end with its connection."""
    ends = next((ends for form, ends in _ENDS.items() if same_media_type(content_type, form)), (b"",))
    size = answer.seek(0, os.SEEK_END)
    answer.seek(max(size - _TAIL_BYTES, 0))
    return answer.read().rstrip().endswith(ends)


@dataclass(frozen=True)
class Fetch:
    """Fetches answers within limits; `tells_time` where the engine takes its limit in milliseconds."""

    client: Client
    limits: Limits
    tells_time: bool = False

    def answer(self, question: Question, form: str, asker: Asker, out: IO[bytes]) -> str:
        """Ask for a form and copy the answer into a file, to be read from its start; return the form that it has.

        Raises QueryError, Limited and StoreError as a remote store does.
        """
        seconds = min(asker.seconds or self.limits.seconds, self.limits.seconds)
        with (
            SPENT.within("eval"),
            Watch(seconds, asker.gone) as watch,
            self._asked(question, form, watch) as response,
        ):
            got = self._form_got(response, form)
            is_measured = response.chunked or response.length is not None
            self.copy(response, out, watch)
            if not (is_measured or has_end(out, media_type(got))):
                raise self.client.unexpected(f"{out.tell()} / ?")
        out.seek(0)
        return got

    def copy(self, response: HTTPResponse, out: IO[bytes], watch: Watch) -> None:
        """Copy an answer to its end."""
        size = 0
        while True:
            try:
                chunk = response.read1(_CHUNK_BYTES)
            except (OSError, HTTPException, ValueError) as error:
                raise self.client.failed(error, watch) from None
            if not chunk:
                break
            size += len(chunk)
            if size > self.limits.answer_bytes:
                raise Limited("too_large", limit=self.limits.answer_bytes // _MEGABYTE)
            out.write(chunk)
        watch.check()  # an answer that we ended has no end of its own
        if response.length:
            raise self.client.unexpected(f"{size} / {size + response.length}")

    def _asked(self, question: Question, form: str, watch: Watch) -> HTTPResponse:
        return self.client.query(
            question.text,
            media_type(form),
            watch,
            default_graphs=question.default_graphs or (),
            named_graphs=question.named_graphs or (),
            milliseconds=int(watch.seconds * 1000) if self.tells_time else 0,
        )

    def _form_got(self, response: HTTPResponse, asked: str) -> str:
        said = response.headers.get("Content-Type", "")
        forms: tuple[str, ...] = (asked, *(RESULTS if asked in RESULTS else GRAPHS))
        for form in forms:
            if same_media_type(said, form) and (form == asked or form != "csv"):
                return form
        raise self.client.unexpected(f"Content-Type: {said}")
