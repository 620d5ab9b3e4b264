"""A copy under real servers: plain Python, nginx and Apache with the rules that it brings."""

from __future__ import annotations

import html
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urljoin

import pytest

from g7graph.freeze import preferences
from g7graph.freeze.found import Kept
from g7graph.freeze.media import media_types, with_charset
from g7graph.web import formats
from g7graph.web.negotiate import choose

SECONDS = 30.0
MODULES = Path("/usr/lib/apache2/modules")
NGINX = shutil.which("nginx")
APACHE = shutil.which("apache2") or shutil.which("httpd")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

Answered = tuple[int, Mapping[str, str], bytes]


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            assert process.poll() is None, process.communicate()[1].decode()
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def asked(port: int, path: str, accept: str = "*/*", lang: str = "") -> Answered:
    headers = {"Accept": accept, **({"Accept-Language": lang} if lang else {})}
    with closing(HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as open_one:
        open_one.request("GET", path, headers=headers)
        answer = open_one.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def followed(port: int, path: str, accept: str = "*/*", lang: str = "") -> Answered:
    for _ in range(5):
        answer = asked(port, path, accept, lang)
        if answer[0] not in (301, 303):
            return answer
        path = re.sub(r"^http://[^/]*", "", answer[1]["location"])
    raise AssertionError(path)


@pytest.fixture(scope="module")
def plain(copy: Path) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(copy)]
    with running(command, port) as one:
        yield one


def test_a_plain_server_shows_pages_and_leads_from_things_to_them(plain: int) -> None:
    status, headers, body = asked(plain, "/doc/indicator/4.4.en.html")
    assert (status, headers["content-type"]) == (200, "text/html")
    assert b"Local governments that simplify" in body
    _, _, leads = followed(plain, "/id/indicator/4.4")
    assert b"url=../../../doc/indicator/4.4.html" in leads
    assert asked(plain, "/")[0] == asked(plain, "/doc/indicator/4.4.ttl")[0] == 200


def cited(copy: Path) -> str:
    """The address that the page of a saved query says to cite, below the root."""
    page = (copy / "api/queries/indicators.html").read_text(encoding="utf-8")
    (address,) = set(re.findall(r">https://w3id.org/g7graph(/api/runs/[^<]*)<", page))
    return html.unescape(address)


def test_a_plain_server_leads_from_a_cited_address_to_the_answer(plain: int, copy: Path) -> None:
    address = cited(copy)
    status, _, leads = followed(plain, address)
    file = re.search(rb"url=([^\"]*)", leads)
    assert status == 200
    assert file is not None
    where = urljoin(f"{address.partition('?')[0]}/", file[1].decode())
    assert asked(plain, where)[2] == (copy / where.removeprefix("/")).read_bytes()


@pytest.fixture(scope="module")
def nginx(public_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if NGINX is None:
        pytest.skip("nginx is not installed")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    text = (public_copy / "nginx.conf").read_text(encoding="utf-8")
    shown = {"listen 80;": f"listen 127.0.0.1:{port};", "    listen [::]:80;\n": "", "/srv/g7graph;": f"{public_copy};"}
    for before, after in shown.items():
        assert before in text
        text = text.replace(before, after, 1)
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = " ".join(f"{name}_temp_path {folder}/{name};" for name in names)
    main = f"pid {folder}/pid;\nevents {{}}\nhttp {{ access_log off; {places}\n{text}}}\n"
    (folder / "nginx.conf").write_text(main, encoding="utf-8")
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-g", "daemon off;", "-e", str(folder / "error.log")]
    with running(command, port) as one:
        yield one


@pytest.fixture(scope="module")
def apache(public_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if APACHE is None or not MODULES.is_dir():
        pytest.skip("Apache is not installed")
    folder, port = tmp_path_factory.mktemp("apache"), free_port()
    names = ("mpm_event", "authz_core", "mime", "dir", "headers", "setenvif", "rewrite", "alias")
    lines = [
        f'ServerRoot "{folder}"\nPidFile "{folder}/pid"\nErrorLog "{folder}/error.log"\nServerName localhost',
        f"Listen 127.0.0.1:{port}",
        *(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names),
        *(["User www-data\nGroup www-data"] if os.getuid() == 0 else []),
        f'TypesConfig /dev/null\nDocumentRoot "{public_copy}"\nAlias /plan/below "{public_copy}"',
        f'<Directory "{public_copy}">\nAllowOverride FileInfo\nOptions FollowSymLinks\nRequire all granted',
        "</Directory>",
    ]
    (folder / "httpd.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with running([APACHE, "-f", str(folder / "httpd.conf"), "-D", "FOREGROUND"], port) as one:
        yield one


@pytest.fixture(params=["nginx", "apache"])
def server(request: pytest.FixtureRequest) -> int:
    """Each server with rules."""
    return int(request.getfixturevalue(request.param))


def test_a_thing_leads_to_its_document_as_the_client_likes_it(server: int) -> None:
    status, headers, _ = asked(server, "/id/indicator/4.4", "text/turtle")
    assert (status, headers["location"].partition("/doc/")[2]) == (303, "indicator/4.4")
    status, headers, body = followed(server, "/id/indicator/4.4", "text/turtle")
    assert (status, headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    assert b"Gobiernos locales que simplifican" in body
    assert "Accept-Language" in headers["vary"]
    assert headers["access-control-allow-origin"] == "*"
    assert "default-src 'self'" in headers["content-security-policy"]


#: What is asked for (path, Accept, language), and the file that is sent as what it is.
ANSWERS = [
    (("/doc/indicator/4.4", BROWSER, "en-GB,en;q=0.9,es;q=0.8"), "doc/indicator/4.4.en.html", "text/html"),
    (("/doc/indicator/4.4", BROWSER, "fr;q=0.3, es;q=0.9"), "doc/indicator/4.4.html", "text/html"),
    (("/doc/indicator/4.4", "*/*", "fr, en"), "doc/indicator/4.4.fr.html", "text/html"),
    (("/doc/indicator/4.4", "*/*", "de"), "doc/indicator/4.4.html", "text/html"),
    (("/doc/indicator/4.4", "text/html;q=0.5, application/ld+json"), "doc/indicator/4.4.jsonld", "application/ld+json"),
    (("/doc/indicator/4.4", "application/json"), "doc/indicator/4.4.jsonld", "application/ld+json"),
    (("/doc/indicator/4.4.rdf",), "doc/indicator/4.4.rdf", "application/rdf+xml"),
    (("/", BROWSER, "en"), "index.en.html", "text/html"),
    (("/graph/", "text/csv"), "graph/index.csv", "text/csv"),
    (("/graph/source/2014", "application/n-triples"), "graph/source/2014.nt", "application/n-triples"),
    (("/api/queries/indicators", "text/csv", "en"), "api/queries/indicators.en.csv", "text/csv"),
    (("/api/queries/indicators.json",), "api/queries/indicators.json", "application/sparql-results+json"),
    (("/api/queries", BROWSER, "fr"), "api/queries.fr.html", "text/html"),
    (("/ontology", "application/rdf+xml, */*;q=0.1"), "ontology.rdf", "application/rdf+xml"),
    (("/query/indicators.rq",), "query/indicators.rq", "application/sparql-query"),
    (("/query/indicators", BROWSER), "api/queries/indicators.html", "text/html"),
    (("/openapi.json",), "openapi.json", "application/json"),
    (("/static/style.css",), "static/style.css", "text/css"),
    (("/dumps/manifest.json",), "dumps/manifest.json", "application/json"),
    (("/problem/busy", "application/json"), "problem/busy.json", "application/json"),
]


@pytest.mark.parametrize(("asking", "file", "media_type"), ANSWERS, ids=str)
def test_an_address_answers_as_that_of_the_service_does(
    server: int, public_copy: Path, asking: tuple[str, ...], file: str, media_type: str
) -> None:
    status, headers, body = followed(server, *asking)
    assert (status, headers["content-type"]) == (200, with_charset(media_type))
    assert body == (public_copy / file).read_bytes()


def test_a_cited_address_answers_as_the_client_likes_it(server: int, public_copy: Path) -> None:
    address = cited(public_copy)
    file = public_copy / address.partition("?")[0].removeprefix("/")
    assert "lang=es" in address  # a run in Spanish, whoever asks for it
    assert followed(server, address, BROWSER, "en")[2] == file.with_name(f"{file.name}.html").read_bytes()
    assert followed(server, address, "text/csv", "en")[2] == file.with_name(f"{file.name}.csv").read_bytes()


@pytest.mark.parametrize("path", ["/doc/indicator/5.1", "/no/such/thing", "/id/indicator/5.1"])
def test_an_address_that_there_is_not_says_so_in_the_language_of_the_reader(server: int, path: str) -> None:
    status, _, body = followed(server, path, BROWSER, "en")
    assert (status, b'<html lang="en">' in body) == (404, True)


def test_nginx_keeps_the_rules_of_apache_to_itself(nginx: int) -> None:
    assert asked(nginx, "/.htaccess")[0] == 403


def test_apache_needs_not_know_the_prefix(apache: int) -> None:
    status, headers, _ = asked(apache, "/plan/below/id/indicator/4.4", "text/turtle")
    assert (status, headers["location"].endswith("/plan/below/doc/indicator/4.4")) == (303, True)
    assert followed(apache, "/plan/below/ontology", "text/turtle")[1]["content-type"] == "text/turtle; charset=utf-8"


def test_hosts_that_read_them_are_told_where_things_lead_and_what_files_are(copy: Path) -> None:
    redirects = (copy / "_redirects").read_text(encoding="utf-8")
    assert redirects.endswith("/id/* /doc/:splat.html 302\n")
    assert "/query/indicators /api/queries/indicators.html 302\n" in redirects
    headers = (copy / "_headers").read_text(encoding="utf-8")
    assert "/*.ttl\n  Content-Type: text/turtle; charset=utf-8\n" in headers
    assert "/api/queries/*.json\n  Content-Type: application/sparql-results+json\n" in headers
    assert "\n/*.json\n" not in headers  # it would be joined with the line of the folder


@pytest.mark.parametrize(
    "accept",
    [
        BROWSER,
        "*/*",
        "text/turtle",
        "text/turtle;q=0.9, text/html;q=0.5",
        "text/html;q=0.9, text/turtle;q=0.5",
        "text/turtle, text/html",
        "application/rdf+xml;q=0.8, text/turtle;q=0.80",
        'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"',
        "application/n-triples; q=1.0, text/turtle; q=0.3",
        "text/turtle;q=0, text/html;q=0.1",
        "TEXT/TURTLE",
        "application/trig,application/n-quads;q=0.9,*/*;q=0.1",
        "text/turtlex, text/html",
        "q=0.5",
        "",
    ],
)
def test_the_patterns_choose_as_the_service_does(accept: str) -> None:
    found = (one.choice for one in preferences.of_formats() if re.search(one.pattern, accept, re.IGNORECASE))
    offered = (formats.HTML, *formats.GRAPHS)
    likes = choose(accept or None, offered)
    assert next(found, "html") == (likes or formats.HTML).name


@pytest.mark.parametrize(
    ("header", "mark"),
    [
        ("es", ""),
        ("en", ".en"),
        ("en-US,en;q=0.9", ".en"),
        ("fr,en;q=0.8,es;q=0.5", ".fr"),
        ("fr, en", ".fr"),
        ("es;q=0.2,en;q=0.7", ".en"),
        ("de,fr;q=0.4", ".fr"),
        ("eng", ""),
        ("", ""),
        ("*", ""),
    ],
)
def test_the_patterns_choose_the_language(header: str, mark: str) -> None:
    found = (one.choice for one in preferences.of_languages("es") if re.search(one.pattern, header, re.IGNORECASE))
    assert next(found, "") == mark


def test_media_types_are_said_once_and_where_they_differ() -> None:
    media = media_types(
        [
            Kept("a/b", "json", "application/json"),
            Kept("q/one", "json", "application/sparql-results+json"),
            Kept("q/two", "json", "application/sparql-results+json"),
            Kept("q/deep/three", "json", "application/json"),
            Kept("m/four", "json", "application/json"),
            Kept("m/five", "json", "application/csvm+json"),
            Kept(".well-known/void", "", "text/turtle"),
            Kept("doc/x", "ttl", "text/turtle"),
        ]
    )
    assert (media.everywhere["json"], media.everywhere["ttl"]) == ("application/json", "text/turtle")
    assert media.folders == {"q": {"json": "application/sparql-results+json"}}
    assert media.names == {
        ".well-known/void": "text/turtle",
        "m/five.json": "application/csvm+json",
        "q/deep/three.json": "application/json",
    }
