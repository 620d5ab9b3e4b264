"""The web: pages, saved queries and a SPARQL endpoint over one framework, read-only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, request
from jinja2 import StrictUndefined

from g7graph import __version__, i18n, pointing, portion
from g7graph.build import MEMORY, open_store
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store import Service
from g7graph.store.change import Writer
from g7graph.store.local import LocalStore
from g7graph.web import (
    api,
    cells,
    citation,
    codelists,
    conditions,
    context,
    dashboard,
    dataset,
    dumps,
    feeds,
    graphs,
    graphstore,
    health,
    intake,
    jsonld,
    metrics,
    openapi,
    pages,
    paging,
    problems,
    search,
    shapes,
    sitemap,
    sparql,
    texts,
    vocabulary,
)
from g7graph.web.cache import Cached
from g7graph.web.compiled import Compiled
from g7graph.web.headers import OPEN, PREFLIGHT, VARY, safe
from g7graph.web.log import Log
from g7graph.web.options import Options
from g7graph.web.proxies import behind
from g7graph.web.reconciliation import service as reconciliation
from g7graph.web.shelf import Shelf
from g7graph.web.watch import Made, Watched
from g7graph.web.work import pooled

_BLUEPRINTS = (
    *(dashboard, api, texts, search, feeds, sparql, pages, vocabulary, jsonld, shapes, dataset, dumps, graphs),
    *(reconciliation, graphstore, sitemap, problems, health, metrics, openapi),
)
_TEMPLATES = {"trim_blocks": True, "lstrip_blocks": True}
_PROGRAM = Path(__file__).resolve().parent.parent
_PROGRAM_FILES = (".py", ".html", ".css", ".svg", ".toml", ".rq")


def create_app(
    project: Project,
    store: LocalStore | Service | None = None,
    *,
    options: Options | None = None,
    writer: Writer | None = None,
    library: Library | None = None,
) -> Flask:
    """Make the application for a framework; what is not given is opened in memory (`store`) or read (`library`).

    A store of this process is asked through workers, forked here; they end with the process or the application.

    Raises DataError for a file that cannot be read.
    """
    library, options = library or Library.read(project.queries), options or Options()
    store = store or open_store(project)
    service = pooled(store, library, options.limits) if isinstance(store, LocalStore) else store
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=intake.MOST_BYTES, MAX_FORM_MEMORY_SIZE=intake.MOST_BYTES)
    site = context.Site(project, service, library, options, writer)
    context.attach(app.extensions, site)
    for module in _BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    problems.register(app)
    intake.register(app)
    _set_up_templates(app)
    app.after_request(_with_headers)
    conditions.register(app)
    health.attach(app, service, site.tell)
    reconciliation.attach(app)
    _put_in_front(app, site, dumps.attach(app, options.dumps))
    return app


def _put_in_front(app: Flask, site: context.Site, shelf: Shelf) -> None:
    """Have requests seen, and those that need not reach the application answered, in front of it."""
    options, program = site.options, fingerprint(site.project, site.options)

    def version() -> str:
        data = site.store.version
        return data and f"{data} {program}{shelf.stamp}"

    cached = Cached(Made(app.wsgi_app, options.limits.seconds), version)
    log = Log(options.access_log, options.log_address) if options.access_log else None
    watched = Watched(cached, metrics.attach(app), log, cached.at_hand)
    app.wsgi_app = behind(watched, options.behind_proxy)  # type: ignore[method-assign, assignment]


def fingerprint(project: Project, options: Options) -> str:
    """Return a hash of what answers depend on beside the data: program, saved queries, shapes, what the operator chose.

    16 hexadecimal digits of SHA-256.
    """
    in_memory = options.store == MEMORY  # the engine has another order on disk
    chosen = (in_memory, options.lang, options.writable, options.federation.prefixes, options.limits)
    digest = hashlib.sha256(f"{__version__} {chosen}\n".encode())
    for folder, suffixes in _files(project):
        for path in sorted(path for path in folder.rglob("*") if path.suffix in suffixes):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()[:16]


def _files(project: Project) -> Iterator[tuple[Path, tuple[str, ...]]]:
    yield _PROGRAM, _PROGRAM_FILES
    yield project.queries, (".rq",)
    yield project.ontology / "shapes", (".ttl",)
    yield project.ontology / "versions", (".ttl",)


def _set_up_templates(app: Flask) -> None:
    app.jinja_options = {**app.jinja_options, **_TEMPLATES, "bytecode_cache": Compiled(_TEMPLATES)}
    app.jinja_env.globals.update(
        in_language=context.in_header_language,
        number=cells.number,
        percent=cells.percent,
        switched=context.switched,
        as_written=cells.as_written,
        td=cells.td,
        tr=cells.tr,
        items=cells.items,
        dataset_citation=citation.citation,
        languages=i18n.LANGUAGES,
        headings=context.headings,
        column_called=context.column_called,
        steps=paging.others,
        most_values=portion.VALUES,
        most_passages=portion.PASSAGES,
        most_pointing=pointing.PAGE,
        size=cells.size,
        signs={state: sign for state, _, sign in dashboard.STATES},
        version=__version__,
        word=context.word,
        code_list=codelists.code_list,
    )
    app.jinja_env.undefined = StrictUndefined
    app.context_processor(_read_by)


def _read_by() -> dict[str, object]:
    """Return what templates know of who reads."""
    found = context.reader()
    told = {"say": found.say, "address": found.address, "link": found.link}
    return {"lang": found.lang, "chosen_language": found.chosen, **told}


def _with_headers(response: Response) -> Response:
    """Add to an answer what every answer says; one that is to have no body says nothing of it."""
    is_bare = request.method == "OPTIONS" or response.status_code == HTTPStatus.NO_CONTENT
    if is_bare and response.calculate_content_length() == 0:
        response.headers.pop("Content-Type", None)
    response.headers["Vary"] = VARY
    response.headers.setdefault("Cache-Control", "no-cache")
    for name, value in (*OPEN, *safe(response.mimetype or ""), *(PREFLIGHT if request.method == "OPTIONS" else ())):
        response.headers.setdefault(name, value)
    return response
