"""`/dumps/`: each file as it lies there, whole and in parts; nothing that is not listed; who is too many is told so."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from g7graph import dumps
from g7graph.build import open_local
from g7graph.exports.manifest import Dump, Manifest
from g7graph.project import Project
from g7graph.store.local import LocalStore
from g7graph.web import create_app, outgo
from g7graph.web.options import Options
from g7graph.web.ranges import asked

ROOT = Path(__file__).resolve().parent.parent.parent
LARGE = "large.bin"
CONTENT = bytes(range(256)) * 8192  # two megabytes: more than what is kept or sent at once


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, small: Project) -> Path:
    """The dumps of the small framework, and a file that is larger than an answer that is kept."""
    output = tmp_path_factory.mktemp("dumps")
    dumps.build(open_local(small), small, output)
    found = output / "dumps"
    (found / LARGE).write_bytes(CONTENT)
    (found / "secret.txt").write_text("not listed")
    manifest = Manifest.read(found)
    assert manifest is not None
    large = Dump(LARGE, "dataset", "application/x-large", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    replace(manifest, dumps=(*manifest.dumps, large)).write(found)
    return found


@pytest.fixture(scope="module")
def app(small: Project, folder: Path) -> Flask:
    return create_app(small, open_local(small), options=Options(dumps=folder))


class Client(FlaskClient):
    """A client that takes each answer whole, and lets go of it."""

    def open(self, *args: Any, **more: Any) -> Any:
        return super().open(*args, **{"buffered": True, **more})


def client_of(project: Project, folder: Path | None, **changed: str) -> FlaskClient:
    store = open_local(project)
    for name, value in changed.items():
        setattr(store, name, value)
    return taking(create_app(project, store, options=Options(dumps=folder)))


def taking(app: Flask) -> FlaskClient:
    app.test_client_class = Client
    return app.test_client()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return taking(app)


def get(client: FlaskClient, name: str, **headers: str) -> Any:
    return client.get(f"/dumps/{name}", headers={name.replace("_", "-"): value for name, value in headers.items()})


# ---- the list


@pytest.mark.parametrize(("lang", "title"), [("es", "Descargas"), ("en", "Downloads"), ("fr", "Téléchargements")])
def test_the_list_is_a_page_in_three_languages(client: FlaskClient, lang: str, title: str) -> None:
    page = client.get("/dumps/", headers={"Accept": "text/html", "Accept-Language": lang})
    assert page.headers["Content-Language"] == lang
    text = page.text
    assert f"<h1>{title}</h1>" in text
    assert "/dumps/dataset.ttl.gz" in text
    assert hashlib.sha256(CONTENT).hexdigest() in text
    assert ("2,1" if lang == "fr" else "2.1") + "\u202fMB" in text


def test_the_list_is_json_for_programs(client: FlaskClient, folder: Path) -> None:
    said = client.get("/dumps/", headers={"Accept": "application/json"}).json
    assert said is not None
    assert said["current"] is True
    assert {one["name"] for one in said["dumps"]} == {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("secret.txt", "manifest.json", "SHA256SUMS")
    }
    for one in said["dumps"]:
        found = client.get(one["url"])
        assert (len(found.data), hashlib.sha256(found.data).hexdigest()) == (one["bytes"], one["sha256"])


def test_the_list_says_so_where_the_data_has_changed_since(small: Project, folder: Path) -> None:
    client = client_of(small, folder, version="another")
    assert client.get("/dumps/", headers={"Accept": "application/json"}).json["current"] is False  # type: ignore[index]
    page = client.get("/dumps/?lang=en", headers={"Accept": "text/html"}).text
    assert "it has changed since these files were made" in page
    assert "This site shows the same data" not in page


@pytest.mark.parametrize("what", ["none", "missing", "empty", "broken", "foreign"])
def test_without_dumps_the_list_says_so_and_there_are_no_files(small: Project, tmp_path: Path, what: str) -> None:
    if what != "missing":
        (tmp_path / "dumps").mkdir()
    if what in ("broken", "foreign"):
        (tmp_path / "dumps/manifest.json").write_text("{" if what == "broken" else '{"dumps": [{"a": 1}]}')
    client = client_of(small, None if what == "none" else tmp_path / "dumps")
    said = client.get("/dumps/", headers={"Accept": "application/json"})
    assert (said.status_code, said.json["dumps"], said.json["current"]) == (200, [], None)  # type: ignore[index]
    assert "No downloads are offered" in client.get("/dumps/?lang=en", headers={"Accept": "text/html"}).text
    assert client.get("/dumps/manifest.json").status_code == 404


def test_the_list_is_had_on_the_condition_that_it_is_as_it_was(client: FlaskClient) -> None:
    tag = client.get("/dumps/").headers["ETag"]
    assert client.get("/dumps/", headers={"If-Match": tag}).status_code == 200
    assert client.get("/dumps/", headers={"If-None-Match": tag}).status_code == 304
    other = client.get("/dumps/", headers={"If-Match": '"another"'})
    assert (other.status_code, other.mimetype) == (412, "application/problem+json")


def test_a_file_is_had_on_the_condition_that_it_is_not_newer(client: FlaskClient) -> None:
    modified = get(client, LARGE).headers["Last-Modified"]
    long_ago = "Tue, 01 Dec 2009 00:00:00 GMT"
    assert get(client, LARGE, If_Unmodified_Since=modified).status_code == 200
    refused = get(client, LARGE, If_Unmodified_Since=long_ago)
    assert (refused.status_code, refused.mimetype) == (412, "application/problem+json")
    tag = get(client, LARGE).headers["ETag"]
    assert get(client, LARGE, If_Unmodified_Since=long_ago, If_Match=tag).status_code == 200  # RFC 9110 §13.1.4
    assert get(client, LARGE, If_Unmodified_Since="yesterday").status_code == 200


def test_a_list_in_another_format_is_not_had(client: FlaskClient) -> None:
    refused = client.get("/dumps/?lang=fr", headers={"Accept": "text/turtle"})
    assert (refused.status_code, refused.headers["Content-Language"]) == (406, "fr")
    assert refused.json is not None
    assert set(refused.json["available"]) == {"text/html", "application/json"}


# ---- a file


def test_a_file_is_sent_as_it_lies_there(client: FlaskClient, folder: Path) -> None:
    found = get(client, "dataset.nq.gz", Accept_Encoding="gzip, br, zstd")
    content = (folder / "dataset.nq.gz").read_bytes()
    assert (found.status_code, found.data) == (200, content)
    assert gzip.decompress(found.data)
    headers = found.headers
    assert headers["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in headers
    assert headers["Content-Length"] == str(len(content))
    assert headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Last-Modified"].endswith(" GMT")
    assert headers["Content-Disposition"] == 'attachment; filename="dataset.nq.gz"'
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in headers["Access-Control-Expose-Headers"]


def test_a_file_that_could_be_packed_is_not(client: FlaskClient, folder: Path) -> None:
    found = get(client, "SHA256SUMS", Accept_Encoding="gzip, br, zstd")
    assert "Content-Encoding" not in found.headers
    assert found.data == (folder / "SHA256SUMS").read_bytes()
    assert json.loads(get(client, "manifest.json").data)["dumps"]


def test_a_csv_file_says_where_its_description_is(real_dumps: FlaskClient) -> None:
    found = get(real_dumps, "tables/places.csv")
    assert found.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert found.headers["Link"] == '<csv-metadata.json>; rel="describedby"; type="application/csvm+json"'
    assert get(real_dumps, "tables/csv-metadata.json").headers["Content-Type"] == "application/csvm+json"
    assert get(real_dumps, "tables/tables.sqlite").data.startswith(b"SQLite format 3\x00")


@pytest.fixture(scope="module")
def real_dumps(tmp_path_factory: pytest.TempPathFactory, project: Project, store: LocalStore) -> FlaskClient:
    output = tmp_path_factory.mktemp("real")
    dumps.build(store, project, output)
    return taking(create_app(project, store, options=Options(dumps=output / "dumps")))


def test_the_query_of_a_table_has_an_address(real_dumps: FlaskClient) -> None:
    text = real_dumps.get("/query/tables/places.rq").text
    assert text == (ROOT / "queries/tables/places.rq").read_text(encoding="utf-8")
    assert "<h1>" in real_dumps.get("/query/tables/places", headers={"Accept": "text/html"}).text


def test_a_head_tells_what_a_get_would_and_has_no_parts(client: FlaskClient) -> None:
    head = client.head(f"/dumps/{LARGE}", headers={"Range": "bytes=0-9"})
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    ("asked_for", "content", "told"),
    [
        ("bytes=0-9", CONTENT[:10], "bytes 0-9/2097152"),
        ("bytes=100-199", CONTENT[100:200], "bytes 100-199/2097152"),
        ("bytes=2097000-", CONTENT[2097000:], "bytes 2097000-2097151/2097152"),
        ("bytes=-5", CONTENT[-5:], "bytes 2097147-2097151/2097152"),
        ("bytes=-9999999", CONTENT, "bytes 0-2097151/2097152"),
        ("bytes=0-9999999", CONTENT, "bytes 0-2097151/2097152"),
        ("BYTES = 7-7", CONTENT[7:8], "bytes 7-7/2097152"),
        ("bytes=1-2, 9999999-", CONTENT[1:3], "bytes 1-2/2097152"),
        ("bytes=1-1500000", CONTENT[1:1500001], "bytes 1-1500000/2097152"),
    ],
)
def test_a_part_is_had(client: FlaskClient, asked_for: str, content: bytes, told: str) -> None:
    found = get(client, LARGE, Range=asked_for)
    assert (found.status_code, found.data) == (206, content)
    assert found.headers["Content-Range"] == told
    assert found.headers["Content-Length"] == str(len(content))
    assert found.headers["Content-Type"] == "application/x-large"
    assert found.headers["ETag"]


def test_several_parts_are_had_each_with_its_place(client: FlaskClient) -> None:
    found = get(client, LARGE, Range="bytes=500000-700000, 0-1, -3")
    assert found.status_code == 206
    assert "Content-Range" not in found.headers
    assert found.headers["Content-Length"] == str(len(found.data))
    head = f"Content-Type: {found.headers['Content-Type']}\r\n\r\n".encode()
    parts: Any = BytesParser().parsebytes(head + found.data).get_payload()
    assert [part["Content-Range"] for part in parts] == [
        f"bytes {first}-{last}/2097152" for first, last in ((500000, 700000), (0, 1), (2097149, 2097151))
    ]
    assert {part["Content-Type"] for part in parts} == {"application/x-large"}
    assert found.data.count(CONTENT[500000:700001]) == 1


@pytest.mark.parametrize(
    "asked_for",
    ["lines=1-2", "bytes", "bytes=", "bytes=a-b", "bytes=5-2", "bytes=-", "bytes=1", "bytes=--1", "bytes=1-2-3",
     "bytes=0-5,3-9", "bytes=0-,0-", ",".join(["bytes=0-0", *(f"{n}-{n}" for n in range(2, 60, 2))]),
     "bytes=" + "9" * 5000 + "-", "bytes=٣-٤"],
)  # fmt: skip
def test_what_is_no_use_as_a_range_is_answered_by_the_whole(client: FlaskClient, asked_for: str) -> None:
    found = client.get(f"/dumps/{LARGE}", environ_overrides={"HTTP_RANGE": asked_for})
    assert (found.status_code, found.data) == (200, CONTENT)


@pytest.mark.parametrize("asked_for", ["bytes=2097152-", "bytes=9999999-99999999", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused_with_the_size(client: FlaskClient, asked_for: str) -> None:
    refused = get(client, LARGE, Range=asked_for, Accept_Language="en")
    assert refused.status_code == 416
    assert refused.headers["Content-Range"] == "bytes */2097152"
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json["detail"] == "The file does not have the parts asked for."


def test_parts_are_only_of_the_file_that_the_client_has(client: FlaskClient) -> None:
    headers = get(client, LARGE).headers
    for known in (headers["ETag"], headers["Last-Modified"]):
        assert get(client, LARGE, Range="bytes=0-9", If_Range=known).status_code == 206
    for other in ('"another"', "W/" + headers["ETag"], "Mon, 01 Jan 2001 00:00:00 GMT", "nonsense"):
        assert get(client, LARGE, Range="bytes=0-9", If_Range=other).status_code == 200


def test_who_has_a_file_is_told_so(client: FlaskClient) -> None:
    headers = get(client, LARGE).headers
    tag, modified = headers["ETag"], headers["Last-Modified"]
    for known in ({"If_None_Match": tag}, {"If_None_Match": f'"x", {tag}'}, {"If_None_Match": "*"},
                  {"If_Modified_Since": modified}, {"If_None_Match": tag, "Range": "bytes=0-9"}):  # fmt: skip
        again = get(client, LARGE, **known)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
    assert get(client, LARGE, If_None_Match='"x"', If_Modified_Since=modified).status_code == 200
    refused = get(client, LARGE, If_Match='"x"')
    assert (refused.status_code, refused.content_type) == (412, "application/problem+json")
    assert get(client, LARGE, If_Match="*").status_code == 200
    assert get(client, LARGE, If_Match=tag).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["secret.txt", "../dumps/secret.txt", "..%2fsecret.txt", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "//etc/passwd",
     "dataset.nq.gz/", "dataset.nq.gz%00", "dataset.nq", "DATASET.NQ.GZ", ".", "tables", "graphs/", "a" * 3000,
     "graphs\\indicators.ttl.gz", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_what_is_not_listed_is_not_there(client: FlaskClient, name: str, lang: str) -> None:
    refused = client.get(f"/dumps/{name}", headers={"Accept-Language": lang}, follow_redirects=True)
    if refused.status_code == 200:  # the list itself
        assert refused.request.path in ("/dumps/", "/dumps/.")
        return
    assert refused.status_code == 404
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Content-Language"] == lang
    assert b"not listed" not in refused.data


def test_the_nearest_files_are_named(client: FlaskClient) -> None:
    refused = client.get("/dumps/dataset.ttl", headers={"Accept-Language": "en"}).json
    assert refused is not None
    assert refused["type"].endswith("/problem/unknown-dump")
    assert "dataset.ttl.gz" in refused["nearest"]


def test_a_file_that_was_changed_behind_the_manifest_is_not_sent(small: Project, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "dumps")
    client = client_of(small, tmp_path / "dumps")
    (tmp_path / "dumps" / LARGE).write_bytes(b"cut")
    assert get(client, LARGE).status_code == 404
    (tmp_path / "dumps" / LARGE).unlink()
    assert get(client, LARGE).status_code == 404


def test_dumps_that_are_replaced_are_seen_and_those_being_sent_stay_whole(
    small: Project, folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "dumps"
    shutil.copytree(folder, place)
    client = client_of(small, place)
    before = client.get("/dumps/", headers={"Accept": "application/json"})
    known = {"Accept": "application/json", "If-None-Match": before.headers["ETag"]}
    assert before.json is not None
    assert before.json["version"] == ""
    assert client.get("/dumps/", headers=known).status_code == 304
    under_way: Any = client.get(f"/dumps/{LARGE}", buffered=False)
    body: Iterator[Any] = iter(under_way.response)
    first = next(body)
    shutil.copytree(folder, tmp_path / "new")
    manifest = Manifest.read(tmp_path / "new")
    assert manifest is not None
    replace(manifest, version="2").write(tmp_path / "new")
    place.rename(tmp_path / "old")
    (tmp_path / "new").rename(place)
    shutil.rmtree(tmp_path / "old")
    assert first + b"".join(body) == CONTENT
    under_way.close()
    after = client.get("/dumps/", headers=known)
    assert after.json is not None
    assert (after.status_code, after.json["version"]) == (200, "2")


def test_an_empty_file_has_no_parts(small: Project, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    Manifest("", "", "1", (Dump("empty", "dataset", "text/plain", 0, hashlib.sha256().hexdigest()),)).write(tmp_path)
    (tmp_path / "SHA256SUMS").touch()
    client = client_of(small, tmp_path)
    assert (get(client, "empty").status_code, get(client, "empty").data) == (200, b"")
    assert get(client, "empty", Range="bytes=0-").status_code == 416


def test_too_many_downloads_of_one_client_are_refused_until_one_ends(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgo, "_MOST_FILES_OF_ONE", 2)
    under_way = [client.get(f"/dumps/{LARGE}", buffered=False) for _ in range(2)]
    refused = client.get(f"/dumps/{LARGE}", headers={"Accept-Language": "en"})
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"
    assert refused.json is not None
    assert refused.json["detail"].startswith("There are 2 downloads running already")
    under_way.pop().close()
    assert client.get(f"/dumps/{LARGE}").status_code == 200
    under_way.pop().close()


@pytest.mark.parametrize(
    ("header", "size", "found"),
    [
        ("bytes=0-0", 1, [(0, 0)]),
        ("bytes=-0", 5, []),
        ("bytes=,,1-1,,", 5, [(1, 1)]),
        ("bytes=4-9,0-0", 5, [(4, 4), (0, 0)]),
        ("bytes=0-", 0, []),
        ("bytes=0-1;q=1", 5, None),
    ],
)
def test_a_header_says_which_parts(header: str, size: int, found: list[tuple[int, int]] | None) -> None:
    parts = asked(header, size)
    assert (None if parts is None else [(one.first, one.last) for one in parts]) == found
