"""Search: folded, in any order, by prefix, best first; in pages; whatever is asked."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema_rs
import pytest
from flask.testing import FlaskClient

from g7graph.project import Project
from g7graph.web import create_app, schemas, search

Json = dict[str, object]


def found(client: FlaskClient, query: str, **more: str) -> Json:
    answer = client.get("/search.json", query_string={"q": query, "lang": "en", **more})
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.headers["Content-Language"] == more.get("lang", "en")
    jsonschema_rs.validate(schemas.found(), answer.json)
    found_: Json = answer.json
    return found_


def keys(client: FlaskClient, query: str, **more: str) -> list[str]:
    hits = found(client, query, **more)["hits"]
    assert isinstance(hits, list)
    return [hit["iri"].rpartition("/id/")[2] for hit in hits]


@pytest.mark.parametrize("query", ["4.4", "INDICADOR DE DESEMPEÑO", "Local governments that simplify"])
def test_what_is_just_what_was_asked_for_comes_first(client: FlaskClient, query: str) -> None:
    hits = found(client, query)["hits"]
    assert isinstance(hits, list)
    assert hits[0]["exact"] is True
    assert all(not hit["exact"] for hit in hits[1:])


def test_codes_come_before_labels_and_labels_before_definitions_and_passages(real: FlaskClient) -> None:
    assert keys(real, "4.4")[0] == "indicator/4.4"
    hits = keys(real, "comisiones eiti")
    assert hits[0] == "indicator/9.1"  # its label begins with the words
    assert hits.index("discrepancy/9.1-commissions") < min(
        n for n, key in enumerate(hits) if key.startswith("passage/")
    )


@pytest.mark.parametrize("query", ["ancash", "ÁNCASH", "áncash", "Ánca", " áncash\t", "áncash!"])
def test_case_accents_and_the_end_of_a_word_do_not_matter(real: FlaskClient, query: str) -> None:
    assert keys(real, query)[0] == "place/020000"


def test_the_order_of_words_and_their_languages_do_not_matter(real: FlaskClient) -> None:
    assert set(keys(real, "eiti comisiones")) == set(keys(real, "comisiones eiti")) != set()
    assert "indicator/9.1" in keys(real, "commissions régionales")
    assert "indicator/9.1" in keys(real, "commissions implementan")  # in an English and a Spanish text of it


def test_every_word_must_occur_at_the_beginning_of_a_word(real: FlaskClient) -> None:
    assert keys(real, "eiti zzzz") == []
    assert keys(real, "ncash") == []


def test_passages_are_found_with_the_words_in_them(real: FlaskClient) -> None:
    answer = real.get("/search", query_string={"q": "pizarra opinión", "lang": "fr"}, headers={"Accept": "text/html"})
    assert 'href="/doc/passage/caption-cajamarca?lang=fr"' in answer.text
    assert "<mark>Pizarra</mark> de <mark>opinión</mark>" in answer.text
    assert '<html lang="fr">' in answer.text


def test_each_hit_says_what_it_is_in_the_language_of_the_reader(real: FlaskClient) -> None:
    (hit,) = [one for one in found(real, "4.4", lang="es")["hits"] if one["code"] == "4.4"]  # type: ignore[attr-defined]
    assert hit["label"].startswith("Gobiernos locales")
    assert "Indicador" in " ".join(hit["kinds"])
    (query,) = [one for one in found(real, "progress of each indicator")["hits"] if one["exact"]]  # type: ignore[attr-defined]
    assert (query["kinds"], query["url"]) == (["query"], "/query/indicator-progress?lang=en")


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_a_name_in_another_language_is_no_snippet(real: FlaskClient, lang: str) -> None:
    """The name in the reader's language has the word already; a passage, which only the document has, stays."""
    hits = found(real, "piura", lang=lang)["hits"]
    shown = {hit["iri"].rpartition("/id/")[2]: (hit["snippet"], hit["snippetLanguage"]) for hit in hits}  # type: ignore[attr-defined]
    assert [shown[f"indicator/{code}"] for code in ("3.1b", "4.3", "4.5")] == [("", "")] * 3
    assert shown["government/gr-piura"] == ("GR Piura", "es") if lang == "es" else ("", "")
    assert shown["passage/fn-4"][1] == "es"


def test_a_text_that_says_less_than_the_label_is_no_snippet(real: FlaskClient) -> None:
    hits = {hit["code"]: hit for hit in found(real, "comisiones eiti", lang="es")["hits"]}  # type: ignore[attr-defined]
    assert hits["9.1"]["snippet"] == ""
    assert "omisiones" in {hit["code"]: hit for hit in found(real, "comisiones eiti")["hits"]}["9.1"]["snippet"]  # type: ignore[attr-defined]


def test_pages_lead_to_one_another_and_hold_each_thing_once(real: FlaskClient) -> None:
    total = found(real, "de")["total"]
    assert isinstance(total, int)
    assert total > 2 * search.SHOWN
    seen: list[str] = []
    address = "/search.json?q=de&lang=en"
    for _ in range(search.MOST_PAGES):
        answer = real.get(address)
        assert answer.json is not None
        seen += [hit["iri"] for hit in answer.json["hits"]]
        following = re.search(r'<([^>]*)>; rel="next"', answer.headers["Link"])
        if not following:
            break
        address = following[1]
    assert len(seen) == len(set(seen)) == total
    assert 'rel="prev"' in answer.headers["Link"]
    assert 'rel="next"' not in answer.headers["Link"]
    assert found(real, "comisiones eiti", page="50")["hits"] == []


def test_more_than_is_counted_is_said(tmp_path: Path) -> None:
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = (f'<http://x/{n:04}> {label} "thing {n}" .\n' for n in range(search.MOST_FOUND + 1))
    (tmp_path / "many.nt").write_text("".join(lines), encoding="utf-8")
    client = create_app(Project.find(tmp_path / "many.nt")).test_client()
    many = found(client, "thing")
    assert (many["total"], many["whole"], many["pages"]) == (search.MOST_FOUND, False, search.MOST_PAGES)
    page = client.get("/search?q=thing&lang=en", headers={"Accept": "text/html"}).text
    assert "more than 1000" in page
    assert found(client, "thing 1000")["hits"][0]["iri"] == "http://x/1000"  # type: ignore[index]
    assert found(client, "thing 1000")["whole"] is True


def test_words_that_are_too_many_are_named(real: FlaskClient) -> None:
    many = found(real, "a b c d e f g h nine ten")
    assert many["ignored"] == ["nine", "ten"]
    page = real.get("/search?q=a+b+c+d+e+f+g+h+nine+ten&lang=en", headers={"Accept": "text/html"}).text
    assert "nine ten" in page
    assert "too many" in page


@pytest.mark.parametrize(
    "query",
    ["", " ", "\x00", "'\"}; DROP ALL", "<script>alert(1)</script>", "{ UNDEF }", "VALUES ?word { 1 }", "\\1 $0 \\g<0>",
     ".*", "(", "ñ" * 200, "\ud83d", "Ω ж 中", "ﬁ ﬀ", "a\u0301", "?x", "%", "\r\nSet-Cookie: a=b", "> <http://x"],
)  # fmt: skip
def test_whatever_is_asked_is_only_words(client: FlaskClient, query: str) -> None:
    raw = query.encode("utf-8", "surrogatepass")
    answer = client.get("/search.json", query_string={"q": raw.decode("utf-8", "replace")})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    page = client.get("/search", query_string={"q": raw.decode("utf-8", "replace")}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "<script" not in page.text


@pytest.mark.parametrize(
    ("address", "status", "kind"),
    [
        ("/search?q=" + "x" * 201, 400, "long-search"),
        ("/search?q=x&page=0", 400, "bad-page"),
        ("/search?q=x&page=51", 400, "bad-page"),
        ("/search?q=x&page=-1", 400, "bad-page"),
        ("/search?q=x&page=%D9%A1", 400, "bad-page"),
        ("/search?q=x&page=1e3", 400, "bad-page"),
        ("/search.xml?q=x", 406, "not-acceptable"),
        ("/search?q=x&format=csv", 406, "not-acceptable"),
    ],
)
def test_what_cannot_be_searched_is_a_problem(client: FlaskClient, address: str, status: int, kind: str) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["type"].endswith(f"/problem/{kind}")


def test_nothing_asked_for_is_a_form_and_every_page_leads_to_it(client: FlaskClient) -> None:
    page = client.get("/search", headers={"Accept": "text/html"}).text
    assert '<input id="q" name="q" type="search"' in page
    assert "<ol" not in page
    assert 'href="/search"' in client.get("/", headers={"Accept": "text/html"}).text
