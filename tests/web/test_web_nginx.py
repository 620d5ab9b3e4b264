"""The configuration of nginx that the project gives, under a real nginx, in front of a real service."""

from __future__ import annotations

import getpass
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from g7graph.project import Project
from tests.web.serving import RUNAWAY, SECONDS, Server, serving

ROOT = Path(__file__).resolve().parent.parent.parent
CERTIFIED = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=data.example".split()
INDICATOR = "/id/indicator/4.4"

pytestmark = pytest.mark.skipif(
    not (shutil.which("nginx") and shutil.which("openssl")), reason="nginx and openssl are not both installed"
)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


def configured(folder: Path, port: int, service: int) -> Path:
    """Write the file of `deploy/` with this machine's ports and a certificate of its own, its prefix put to use."""
    certificate, key = folder / "own.pem", folder / "own.key"
    subprocess.run(
        [*CERTIFIED, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    below = "\n".join(re.findall(r"^#     ?(.*)$", text, re.MULTILINE))
    assert below.startswith("location /plan/ {")
    here = {
        "127.0.0.1:8000": f"127.0.0.1:{service}",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "    listen [::]:443 ssl;\n": "",
        "/etc/ssl/data.example.pem": str(certificate),
        "/etc/ssl/private/data.example.key": str(key),
        "    location / {": f"{below}\n    location / {{",
    }
    return written(folder, text, here)


def configured_to_keep(folder: Path, port: int, service: int) -> Path:
    """Write the cache that the docs show with this machine's ports, without encryption."""
    docs = (ROOT / "docs" / "stores.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```nginx\n(.*?)```", docs, re.DOTALL)
    here = {
        "/var/cache/nginx/g7graph": f"{folder}/kept",
        "server 10.0.0.11:8000;\n  server 10.0.0.12:8000;": f"server 127.0.0.1:{service};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port};",
    }
    return written(folder, text, here)


def written(folder: Path, text: str, here: dict[str, str]) -> Path:
    """Write a configuration with what is another one on this machine."""
    for shown, real in here.items():
        assert shown in text
        text = text.replace(shown, real, 1)
    places = " ".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"user {getpass.getuser()};\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    http = f"http {{ access_log off; {places}\n{text}}}\n"
    file = folder / "nginx.conf"
    file.write_text(main + http, encoding="utf-8")
    return file


@contextmanager
def nginx(folder: Path, service: int, configure: Callable[[Path, int, int], Path] = configured) -> Iterator[int]:
    port = free_port()
    file = configure(folder, port, service)
    process = subprocess.Popen(["nginx", "-c", str(file), "-g", "daemon off;", "-e", str(folder / "error.log")])  # noqa: S607
    try:
        for _ in range(100):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(SECONDS)


@pytest.fixture(scope="module")
def front(small: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    with serving(small.root, folder, "--behind-proxy", "1") as server, nginx(folder, server.port) as port:
        yield server, port


def connection(port: int) -> HTTPSConnection:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection("127.0.0.1", port, timeout=SECONDS, context=trusting)


def asked(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    with closing(connection(port)) as open_one:
        open_one.request("GET", path, headers={"Host": "data.example", **headers})
        answer = open_one.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()


def endpoint(port: int, path: str, **headers: str) -> str:
    """What the service says that the address of its endpoint is."""
    status, _, description = asked(port, path, Accept="application/n-triples", **headers)
    assert status == 200
    (found,) = re.findall(
        r"^<([^>]*)> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \S*#Service> \.$", description, re.MULTILINE
    )
    return str(found)


def test_addresses_are_those_that_were_asked(front: tuple[Server, int]) -> None:
    status, headers, _ = asked(front[1], INDICATOR, Accept="text/turtle")
    assert (status, headers["location"]) == (303, "/doc/indicator/4.4")
    assert endpoint(front[1], "/sparql") == "https://data.example/sparql"


def test_below_a_prefix_links_lead_below_it_and_iris_stay(front: tuple[Server, int]) -> None:
    status, headers, _ = asked(front[1], f"/plan{INDICATOR}", Accept="text/turtle")
    assert (status, headers["location"]) == (303, "/plan/doc/indicator/4.4")
    assert endpoint(front[1], "/plan/sparql") == "https://data.example/plan/sparql"
    _, _, page = asked(front[1], "/plan/doc/indicator/4.4.html")
    assert 'href="/plan/' in page
    assert "https://w3id.org/g7graph/id/indicator/4.4" in page


def test_what_a_client_says_of_itself_is_not_believed(front: tuple[Server, int]) -> None:
    said = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/evil"}
    assert endpoint(front[1], "/sparql", **said) == "https://data.example/sparql"


def test_validators_pass_through(front: tuple[Server, int]) -> None:
    path = "/doc/indicator/4.4.ttl"
    _, headers, _ = asked(front[1], path)
    status, again, body = asked(front[1], path, **{"If-None-Match": headers["etag"]})
    assert (status, again["etag"], body) == (304, headers["etag"], "")


def test_a_query_in_an_address_may_be_as_long_as_the_service_takes_it(front: tuple[Server, int]) -> None:
    query = quote(f"ASK {{}} # {'x' * 49_000}")
    status, _, answer = asked(front[1], f"/sparql?query={query}", Accept="text/csv")
    assert (status, answer.strip()) == (200, "true")


def test_a_client_that_leaves_takes_its_query_with_it(front: tuple[Server, int]) -> None:
    server, port = front
    with closing(connection(port)) as leaving:
        leaving.request("GET", f"/sparql?query={quote(RUNAWAY)}", headers={"Host": "data.example"})
        server.wait_until(lambda: server.nursery.children()[0].is_running() and busy(server))
    server.wait_until(lambda: not busy(server))


def busy(server: Server) -> bool:
    """Whether some worker is evaluating: its processor time grows."""
    before = {one.pid: sum(one.cpu_times()[:2]) for one in server.nursery.children()}
    time.sleep(0.3)
    return any(sum(one.cpu_times()[:2]) - before.get(one.pid, 0.0) > 0.1 for one in server.nursery.children())


@pytest.fixture(scope="module")
def keeping(small: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """A service behind the cache that the docs show."""
    folder = tmp_path_factory.mktemp("keeping")
    folder.chmod(0o755)
    with (
        serving(small.root, folder, "--behind-proxy", "1") as server,
        nginx(folder, server.port, configured_to_keep) as port,
    ):
        yield server, port


def fetched(port: int, path: str, **headers: str) -> tuple[int, str, bytes]:
    """Return status, `ETag` and body."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as open_one:
        open_one.request("GET", path, headers={"Host": "data.example.org", **headers})
        answer = open_one.getresponse()
        return answer.status, answer.getheader("ETag", ""), answer.read()


def requests(server: Server, answer: str) -> float:
    """How many requests for answers of queries came to the service and ended so."""
    return sum(n for name, n in server.metrics().items() if f'answer="{answer}"' in name and 'route="/sparql"' in name)


def test_the_cache_that_the_docs_show_keeps_answers_and_asks_whether_they_are_still_good(
    keeping: tuple[Server, int],
) -> None:
    server, port = keeping
    path = f"/sparql?query={quote('SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 3')}"
    table, coded = (
        fetched(port, path, Accept="text/csv"),
        fetched(port, path, Accept="text/csv", **{"Accept-Encoding": "gzip"}),
    )
    named = fetched(port, path, Accept="application/sparql-results+json")
    assert len({table[1], named[1], coded[1]}) == 3
    came = requests(server, "made") + requests(server, "hit")
    time.sleep(2.1)  # nginx counts whole seconds
    assert fetched(port, path, Accept="text/csv") == table
    assert requests(server, "304") == 1
    assert requests(server, "made") + requests(server, "hit") == came
    assert fetched(port, path, Accept="text/csv", **{"If-None-Match": table[1]})[::2] == (304, b"")


def test_the_cache_that_the_docs_show_keeps_nothing_of_strangers_nor_what_changes_each_time(
    keeping: tuple[Server, int],
) -> None:
    server, port = keeping
    said = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil", "Accept": "text/turtle"}
    assert b"evil" not in fetched(port, "/sparql", **said)[2]
    before = requests(server, "made")
    path = f"/sparql?query={quote('SELECT (STRUUID() AS ?x) {}')}"
    assert fetched(port, path)[2] != fetched(port, path)[2]
    assert requests(server, "made") == before + 2
