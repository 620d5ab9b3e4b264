"""Compiled templates, kept beside their sources as Python keeps modules: to compile them is a third of a cold start."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

_FOLDER = Path(__file__).parent / "templates" / "__pycache__"


class Compiled(FileSystemBytecodeCache):
    """What was compiled with some options; where nothing can be written, templates are compiled each time."""

    def __init__(self, options: Mapping[str, object]) -> None:
        of_options = zlib.crc32(repr(sorted(options.items())).encode())  # they are no part of Jinja's own key
        super().__init__(str(_FOLDER), f"%s.{sys.implementation.cache_tag}-{of_options:x}.jinja")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what was kept, if it can be."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            _FOLDER.mkdir(exist_ok=True)
            super().dump_bytecode(bucket)
