"""The redirection that claims the namespace: every name of the contract goes to the deployment as it was asked."""

from __future__ import annotations

import grp
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import g7graph
from g7graph import vocab
from g7graph.project import Project
from g7graph.store.local import LocalStore
from g7graph.web import create_app

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "deploy" / "w3id"
HOST = "https://deployment.invalid/"
HTTPD = next(filter(None, map(shutil.which, ("httpd", "apache2", "/usr/sbin/httpd", "/usr/sbin/apache2"))), None)
FOLDERS = [Path(one) for one in ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/local/apache2/modules")]
MODULES = [folder for folder in FOLDERS if (folder / "mod_rewrite.so").is_file()]
NEEDED = ("mpm_prefork", "authz_core", "dir", "unixd", "rewrite")
SECONDS = 15.0
#: A name of every kind in the contract, below the base; those that this service answers for with 200 or 303.
NAMES = [
    "", "ontology", "ontology.ttl", "ontology.jsonld", "ontology/0.1.0", "ontology/0.1.0.rdf", "ontology/logo.svg",
    "id/indicator/4.4", "id/status", "id/status/on-track", "doc/indicator/4.4", "doc/indicator/4.4.ttl",
    "graph/indicators", "graph/ontology/g7.nt", "graph/derived/progress", "query/indicator-progress",
    "query/derive/status", "problem/syntax", "sparql", "api/queries", "api/queries/indicator-progress.csv",
    "openapi.json", "?lang=en", "ontology?lang=fr", "id/indicator/4.4?lang=en&x=a%20b",
]  # fmt: skip
#: Names that have to arrive as they were sent, whatever becomes of them there.
ODD = ["id/a%20b", "id/%C3%B1and%C3%BA", "id/x%3Fy", "id/x%23y", "id/100%25", "shapes", "dataset", "dumps/a.nq.gz"]


def rule() -> tuple[str, str, list[str]]:
    """The condition, the target and the flags of the one rule there is."""
    text = (FOLDER / ".htaccess").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines[0] == "RewriteEngine on"
    (condition,) = re.findall(r'^RewriteCond %\{THE_REQUEST\} "(.+)"$', lines[1])
    ((target, flags),) = re.findall(r"^RewriteRule \^ (\S+) \[(.+)\]$", lines[2])
    assert len(lines) == 3
    return condition, target, flags.split(",")


@pytest.mark.parametrize("name", [*NAMES, *ODD])
def test_the_rule_takes_every_kind_of_name_as_it_is_asked(name: str) -> None:
    condition, target, flags = rule()
    path, _, _ = name.partition("?")
    found = re.search(condition, f"GET /g7graph/{name} HTTP/1.1")
    assert found is not None
    assert target.replace("%1", found[1]) == HOST + path
    assert set(flags) == {"NE", "R=302", "L"}


@pytest.mark.parametrize("request_line", ["GET / HTTP/1.1", "GET /g7graphs/a HTTP/1.1", "GET /a/../g7graph/b HTTP/1.1"])
def test_the_rule_takes_nothing_else(request_line: str) -> None:
    assert re.search(rule()[0], request_line) is None


def test_the_host_stands_in_one_place_and_is_nobodys() -> None:
    """RFC 2606: a name below .invalid never resolves."""
    text = (FOLDER / ".htaccess").read_text(encoding="utf-8")
    assert re.findall(r"https?://([^/\s]+)", text) == ["w3id.org", "deployment.invalid"]
    manual = (ROOT / "docs" / "namespace.md").read_text(encoding="utf-8")
    assert HOST.rstrip("/") in manual
    assert "tests/test_w3id.py" in manual


@pytest.fixture(scope="module")
def service(project: Project, store: LocalStore) -> FlaskClient:
    return create_app(project, store).test_client()


@pytest.mark.parametrize("name", NAMES)
def test_the_service_answers_for_every_name_that_is_sent_to_it(service: FlaskClient, name: str) -> None:
    found = service.get("/" + name)
    assert found.status_code in (200, 303), name
    if found.status_code == 303:
        assert service.get(found.headers["Location"]).status_code == 200


def test_the_addresses_in_the_readme_of_the_folder_are_names_of_ours() -> None:
    """Those who run w3id.org follow each of them."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"<(https://[^>]+)>", text)
    assert len(found) > 8
    assert all(one.startswith(vocab.BASE) for one in found)
    assert f"{vocab.ONTOLOGY}/{g7graph.__version__}" in found


@pytest.fixture(scope="module")
def apache() -> Iterator[int]:
    """An Apache of our own on the loopback, whose folder `g7graph` is ours; its port."""
    if HTTPD is None or not MODULES:
        pytest.skip("Apache with mod_rewrite is not installed")
    folder = Path(tempfile.mkdtemp(prefix="g7graph-w3id-"))
    folder.chmod(0o755)  # who serves is not who started it, where that is root
    try:
        shutil.copytree(FOLDER, folder / "site" / "g7graph")
        port = free_port()
        (folder / "httpd.conf").write_text(configuration(folder, port))
        command = [HTTPD, "-X", "-d", str(folder), "-f", str(folder / "httpd.conf"), "-DFOREGROUND"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait(process, port, folder / "error.log")
                yield port
            finally:
                process.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def configuration(folder: Path, port: int) -> str:
    built_in = subprocess.run([str(HTTPD), "-l"], capture_output=True, text=True, check=True).stdout
    missing = [name for name in NEEDED if f"mod_{name}.c" not in built_in]
    group = grp.getgrgid(pwd.getpwnam("nobody").pw_gid).gr_name
    lines = [
        *(f"LoadModule {name}_module {MODULES[0]}/mod_{name}.so" for name in missing),
        *("ServerName localhost", f"Listen 127.0.0.1:{port}", "User nobody", f"Group {group}"),
        *(f"PidFile {folder}/httpd.pid", f"ErrorLog {folder}/error.log", f"DocumentRoot {folder}/site"),
        *(f"<Directory {folder}/site>", "AllowOverride All", "Require all granted", "</Directory>"),
    ]
    return "\n".join([*lines, ""])


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"Apache did not start: {log.read_text() if log.is_file() else ''}")


def redirected(port: int, path: str, **headers: str) -> tuple[int, str | None]:
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["Location"]
    finally:
        connection.close()


@pytest.mark.parametrize("name", [*NAMES, *ODD])
def test_apache_sends_every_name_to_the_deployment_as_it_was_asked(apache: int, name: str) -> None:
    for accept in ("text/turtle", "text/html", "application/ld+json;q=0.9, */*;q=0.1"):
        assert redirected(apache, f"/g7graph/{name}", Accept=accept) == (302, HOST + name)


@pytest.mark.parametrize("path", ["/", "/g7graphs/a", "/other/g7graph/a"])
def test_apache_sends_nothing_else_there(apache: int, path: str) -> None:
    assert redirected(apache, path)[1] is None


def test_the_bare_name_leads_to_the_folder(apache: int) -> None:
    status, location = redirected(apache, "/g7graph")
    assert status in (301, 302)
    assert location is not None
    assert location.endswith("/g7graph/") or location == HOST
