"""Freeze: a whole publication as files that any web server can host, links intact; same data, same bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from g7graph import i18n, vocab
from g7graph.build import open_local
from g7graph.errors import UsageError
from g7graph.freeze import crawl, dumped, folder, index, own
from g7graph.freeze.address import Address, Root
from g7graph.freeze.asking import Asker
from g7graph.freeze.edition import edition
from g7graph.freeze.found import Absent, Kept, Written, write
from g7graph.freeze.hosts import Hosting
from g7graph.freeze.settle import Settler
from g7graph.freeze.visitor import Visitor
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.web import create_app
from g7graph.web.options import Options

_SCHEMES = ("http", "https")

#: Told what is being done: a step, how much of it, of how much (nothing where nobody knows).
Told = Callable[[str, int, int | None], object]


def _untold(*_: object) -> None:
    """Tell nobody of a step."""


@dataclass(frozen=True)
class Wanted:
    """How to freeze: `url` is where the copy will be, else absolute addresses are the permanent ones.

    `lang` is the language of the files without a mark, `dumps` a folder of dumps to take over where they are current,
    `limits` are those on each query that is asked.
    """

    url: str = ""
    lang: str = i18n.DEFAULT
    dumps: Path = Path("dist/dumps")
    limits: Limits = field(default_factory=Limits)

    @property
    def root(self) -> Root:
        """Where the application is asked as if it were there. Raises UsageError for what is no address of a site."""
        return Root((_checked(self.url) if self.url else vocab.BASE).rstrip("/"))

    @property
    def mount(self) -> str:
        """The path of the copy on its host, without a slash at its end."""
        return self.root.prefix if self.url else ""


@dataclass(frozen=True)
class Frozen:
    """A copy: its files, and the addresses of things that have none."""

    files: list[Written]
    left_out: list[str]


def freeze(project: Project, target: Path, wanted: Wanted, told: Told = _untold) -> Frozen:
    """Write a publication to a folder, which is put in its place whole.

    Raises UsageError for plain RDF, which has no pages, StoreError for a folder that holds something else, and where
    the application fails to answer, DataError for data that cannot be read.
    """
    if project.is_plain:
        raise UsageError("freeze_plain")
    root = wanted.root
    Library.read(project.queries)  # what is wrong in there is told here, once
    with folder.replacing(target.resolve()) as fresh:
        told("load", 0, None)
        store = open_local(project)
        known = edition(store, store.version)
        told("dumps", 0, None)
        dumped.place(store, project, wanted.dumps, fresh / dumped.FOLDER)

        def visitor() -> Visitor:
            options = Options(lang=wanted.lang, limits=wanted.limits, dumps=fresh / dumped.FOLDER, live=False)
            app = create_app(project, store, options=options)
            own.attach(app)
            return Visitor(Asker(app, root), own.Own(app, root, known, wanted.lang), fresh, wanted.lang)

        filled = _filled(store, visitor, fresh, wanted, told)
        return Frozen(folder.seal(fresh, filled.files, known, root.url, filled.left_out), filled.left_out)


def _filled(store: LocalStore, visitor: Callable[[], Visitor], fresh: Path, wanted: Wanted, told: Told) -> Frozen:
    """Fill the folder: what addresses answer, the search, what leads on, the rules for hosts."""
    outcomes, files = dumped.placed(fresh)
    scripts = {Address(name): Kept(name.removesuffix(".js"), "js", "text/javascript") for name in own.SCRIPTS}
    things = crawl.things(store)
    with crawl.visiting(visitor) as pool:
        atlas, answered = crawl.crawl(pool, things, {**outcomes, **scripts}, lambda done, of: told("ask", done, of))
    told("settle", 0, None)
    files += _search(store, fresh, lambda page: isinstance(atlas.get(page.url), Kept))
    settler = Settler(fresh, atlas, wanted.root.url, wanted.mount, wanted.lang)
    redirections = settler.redirections()
    files += [*settler.settle(answered), *settler.lead(redirections)]
    kept = [one for one in atlas.values() if isinstance(one, Kept)]
    files += Hosting(wanted.mount, wanted.lang, kept, redirections).write(fresh)
    return Frozen(files, [one.url for one in things if isinstance(atlas.end(one.url)[0], Absent)])


def _search(store: LocalStore, fresh: Path, is_kept: Callable[[Address], bool]) -> list[Written]:
    script = (resources.files(__package__) / "assets" / "search.js").read_bytes()
    return [write(fresh, own.INDEX, index.written(store, is_kept)), write(fresh, own.SCRIPT, script)]


def _checked(url: str) -> str:
    """Return an address that can be the root of a site. Raises UsageError."""
    try:
        parts = urlsplit(url)
        is_root = parts.scheme in _SCHEMES and parts.hostname and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        is_root = False
    if not is_root:
        raise UsageError("freeze_url", value=url)
    return url
