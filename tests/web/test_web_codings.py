"""Content codings: which is chosen, and that what is packed unpacks to what it was."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from g7graph.web.codings import CODINGS, Coding, choose

UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
    "br": lambda body: bytes(brotli.decompress(body)),
    "gzip": gzip.decompress,
}


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br, gzip", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip;q=0.8", "gzip"),
        ("zstd;q=0, br; q=0, gzip;q=0.001", "gzip"),
        ("*", "zstd"),
        ("*;q=0", None),
        ("*;q=0.5, gzip", "gzip"),
        ("*, zstd;q=0", "br"),
        ("deflate, compress", None),
        ("gzip;q=x", None),
        ("gzip;q=", None),
        (";;,,=", None),
        ("gzip;level=9", "gzip"),
    ],
)
def test_the_best_that_a_client_takes_is_chosen(accepted: str, name: str | None) -> None:
    chosen = choose(accepted)
    assert (chosen.name if chosen else None) == name


@given(st.text(max_size=200))
def test_no_header_is_too_strange_to_choose_by(accepted: str) -> None:
    assert choose(accepted) in (None, *CODINGS)


@pytest.mark.parametrize("coding", CODINGS, ids=lambda one: one.name)
@given(pieces=st.lists(st.binary(max_size=5000), max_size=5))
def test_what_is_packed_unpacks_to_what_it_was(coding: Coding, pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    assert UNPACK[coding.name](coding.pack(whole)) == whole
    assert UNPACK[coding.name](b"".join(coding.stream(pieces))) == whole


@pytest.mark.parametrize("coding", CODINGS, ids=lambda one: one.name)
def test_the_same_body_is_packed_into_the_same_bytes(coding: Coding) -> None:
    """A strong `ETag` promises the same bytes, whichever process answers and whenever."""
    assert coding.pack(b"x" * 10_000) == coding.pack(b"x" * 10_000)
    assert len(coding.pack(b"x" * 10_000)) < 200


class Body:
    """A body that says whether it was closed, and fails after its first piece if it is to."""

    def __init__(self, *, fails: bool) -> None:
        self.closed, self.fails = False, fails

    def __iter__(self) -> Iterator[bytes]:
        yield b"first"
        if self.fails:
            raise OSError

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("coding", CODINGS, ids=lambda one: one.name)
def test_a_body_is_closed_however_its_sending_ends(coding: Coding) -> None:
    whole, failing, left = Body(fails=False), Body(fails=True), Body(fails=False)
    assert UNPACK[coding.name](b"".join(coding.stream(whole))) == b"first"
    with pytest.raises(OSError):  # noqa: PT011 - the body's own
        b"".join(coding.stream(failing))
    stream = coding.stream(left)
    next(stream)
    close: Callable[[], None] = getattr(stream, "close")  # noqa: B009 - generators have one
    close()
    assert (whole.closed, failing.closed, left.closed) == (True, True, True)


def test_a_stream_that_was_cut_does_not_pass_for_whole() -> None:
    for coding in CODINGS:
        packed = b"".join(coding.stream([bytes(range(256)) * 200]))[:-5]
        with pytest.raises((EOFError, zlib.error, brotli.error, zstandard.ZstdError, AssertionError)):
            assert UNPACK[coding.name](packed) == bytes(range(256)) * 200
