"""The media types of the files of a copy: by extension, by extension below a folder, by name; as few as say all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from g7graph import exports
from g7graph.freeze.found import Kept

#: What extensions stand for that several media types share, and those that no answer may have.
_COMMON = {
    **{one.extension: one.media_type for one in exports.FORMATS.values()},
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "xml": "application/xml",
}

Types = Mapping[str, str]


@dataclass(frozen=True)
class MediaTypes:
    """Extension → media type everywhere; folder → the same where it differs below it; name of a file → media type."""

    everywhere: Types
    folders: Mapping[str, Types]
    names: Types

    def below(self, folder: str) -> dict[str, str]:
        """Return the media types that hold in a folder."""
        found = dict(self.everywhere)
        for one in reversed([folder, *(parent.as_posix() for parent in PurePosixPath(folder).parents)]):
            found |= self.folders.get(one, {})
        return found


def media_types(kept: Iterable[Kept]) -> MediaTypes:
    """Find the media types by which all files are sent as they were answered."""
    files = sorted({(one.stem, one.extension, one.media_type) for one in kept})
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for stem, extension, media_type in files:
        counted[extension][media_type] += 1
        found[_folder(stem)][extension].add(media_type)
    usual = {extension: _usual(extension, types) for extension, types in counted.items() if extension}
    everywhere = dict(sorted({**_COMMON, **usual}.items()))
    folders = {
        folder: {
            extension: min(types)
            for extension, types in sorted(by_extension.items())
            if extension and len(types) == 1 and types != {everywhere[extension]}
        }
        for folder, by_extension in sorted(found.items())
        if folder
    }
    known = MediaTypes(everywhere, {folder: types for folder, types in folders.items() if types}, {})
    names = {
        f"{stem}.{extension}".rstrip("."): media_type
        for stem, extension, media_type in files
        if media_type != known.below(_folder(stem)).get(extension)
    }
    return MediaTypes(known.everywhere, known.folders, names)


def with_charset(media_type: str) -> str:
    """Return a media type as it is sent: text is UTF-8.

    >>> with_charset("text/turtle"), with_charset("application/ld+json")
    ('text/turtle; charset=utf-8', 'application/ld+json')
    """
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _usual(extension: str, types: Counter[str]) -> str:
    """Return what an extension is taken for: what it is elsewhere where some file is that, else what most are."""
    common = _COMMON.get(extension, "")
    return common if common in types else max(sorted(types), key=lambda one: types[one])


def _folder(stem: str) -> str:
    parent = PurePosixPath(stem).parent.as_posix()
    return "" if parent == "." else parent
