"""Rules for those who host a copy, so that its addresses answer as those of the service do, by Accept and language."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import jinja2

from g7graph import i18n
from g7graph.freeze import preferences
from g7graph.freeze.found import Kept, Written, write
from g7graph.freeze.media import MediaTypes, media_types, with_charset
from g7graph.web.headers import OPEN, SAFE

_APACHE = ".htaccess"
#: File of the copy → template.
_FILES = {"nginx.conf": "nginx.conf", _APACHE: "htaccess", "_redirects": "redirects", "_headers": "headers"}
_HEADERS = (*OPEN, *SAFE, ("Vary", "Accept, Accept-Language"))


@dataclass(frozen=True)
class Hosting:
    """What hosts are to know: where the copy is mounted (no slash at the end), its files, what leads on."""

    mount: str
    lang: str
    kept: Iterable[Kept]
    redirections: Mapping[str, str]

    def write(self, folder: Path) -> list[Written]:
        """Write the rules for nginx, Apache and hosts that read `_redirects` and `_headers`."""
        media = media_types(self.kept)
        said = {
            "mount": self.mount,
            "marks": {lang: "" if lang == self.lang else f".{lang}" for lang in i18n.LANGUAGES},
            "formats": preferences.of_formats(),
            "languages": preferences.of_languages(self.lang),
            "redirections": {path: to for path, to in sorted(self.redirections.items()) if not path.startswith("id/")},
            "headers": _HEADERS,
            "media": media,
        }
        environment = _environment()
        texts = {name: environment.get_template(source).render(said) for name, source in _FILES.items()}
        return [write(folder, name, text.encode()) for name, text in {**texts, **_nested(media)}.items()]


def _environment() -> jinja2.Environment:
    """Return what fills the rules; they are no HTML, and every pattern in them has been checked."""
    made = jinja2.Environment(  # noqa: S701
        loader=jinja2.PackageLoader("g7graph.freeze", "hosting"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(charset=with_charset, regex=re.escape, quoted=quote)
    return made


def _nested(media: MediaTypes) -> dict[str, str]:
    """Write what Apache is to know of folders where media types differ."""
    found: dict[str, list[str]] = defaultdict(list)
    for folder, types in media.folders.items():
        found[folder] += [f'AddType "{with_charset(media_type)}" .{name}' for name, media_type in types.items()]
    for name, media_type in media.names.items():
        path = PurePosixPath(name)
        line = f'<Files "{path.name}">\n  ForceType "{with_charset(media_type)}"\n</Files>'
        found[path.parent.as_posix()] += [line]
    return {f"{folder}/{_APACHE}": "\n".join(lines) + "\n" for folder, lines in found.items() if folder != "."}
