"""Answers of other engines in the formats that were asked for: what they say is not lost on the way."""

from __future__ import annotations

import io
from typing import Any

import pyoxigraph as ox
import pytest

from g7graph.errors import Limited
from g7graph.store.conversion import convert
from g7graph.store.limits import Limits
from g7graph.store.margins import Margins

DOCUMENT = """<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>
  <variable name="a"/>
 </head><results>%s</results></sparql>"""
RESULT = """
  <result>
   <binding name="a">%s</binding>
  </result>"""


def converted(*bound: str, form: str = "json", limits: Limits | None = None) -> list[Any]:
    """What bindings in XML say once they are converted."""
    out = io.BytesIO()
    document = DOCUMENT % "".join(RESULT % one for one in bound)
    convert(io.BytesIO(document.encode()), "xml", form, out, limits or Limits())
    found = ox.parse_query_results(out.getvalue(), format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)
    return [solution[0] for solution in found]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<literal>  lead</literal>", ox.Literal("  lead")),
        ("<literal>trail \n</literal>", ox.Literal("trail \n")),
        ("<literal> </literal>", ox.Literal(" ")),
        ("<literal>\n\t \n</literal>", ox.Literal("\n\t \n")),
        ("<literal>\r\na\r\nb\r</literal>", ox.Literal("\r\na\r\nb\r")),
        ("<literal> a  b </literal>", ox.Literal(" a  b ")),
        ("<literal> &lt;a&gt; &amp; </literal>", ox.Literal(" <a> & ")),
        ("<literal>&#32;&#x9;a </literal>", ox.Literal(" \ta ")),
        ('<literal xml:lang="es"> sí </literal>', ox.Literal(" sí ", language="es")),
        ('<literal\n datatype="http://e/dt"> 1 </literal >', ox.Literal(" 1 ", datatype=ox.NamedNode("http://e/dt"))),
        ('<literal xml:space="preserve"> x </literal>', ox.Literal(" x ")),
        ("<literal>\xa0x\u2003</literal>", ox.Literal("\xa0x\u2003")),
        ("<literal></literal>", ox.Literal("")),
        ("<literal/>", ox.Literal("")),
        ("<literal />", ox.Literal("")),
        ("\n <literal>x</literal>\n ", ox.Literal("x")),
        ("<uri>http://e/literal</uri>", ox.NamedNode("http://e/literal")),
    ],
)
def test_literals_keep_the_white_space_at_their_ends(written: str, meant: ox.Literal) -> None:
    assert converted(written) == [meant]


def test_so_do_literals_under_a_prefix() -> None:
    assert converted('<s:literal xmlns:s="http://www.w3.org/2005/sparql-results#"> x</s:literal>') == [ox.Literal(" x")]


def test_what_the_parser_does_not_know_is_an_error_and_no_loss() -> None:
    with pytest.raises(SyntaxError, match="CDATA"):
        converted("<literal><![CDATA[ x ]]></literal>")


def test_wherever_a_document_is_cut_it_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = ["<literal>  a \n</literal>", "<literal/>", '<literal xml:lang="es"> </literal>', "<literal>b</literal>"]
    meant = [ox.Literal("  a \n"), ox.Literal(""), ox.Literal(" ", language="es"), ox.Literal("b")]
    for size in range(1, 60):
        monkeypatch.setattr("g7graph.store.margins._CHUNK_BYTES", size)
        assert converted(*bound) == meant, size


def test_no_more_is_held_than_a_literal() -> None:
    document = io.BytesIO((DOCUMENT % (RESULT % "<literal> x </literal>" * 20_000)).encode())
    read = Margins(document)
    assert len(read.read(1)) == 1
    assert document.tell() < 1_000_000
    while read.read(8_192):
        assert len(read._held) < 1_000  # noqa: SLF001 - what it holds is what this is about


def test_a_long_run_of_white_space_is_read_in_a_moment() -> None:
    white = " " * 1_000_000
    assert converted(f"<literal>a{white}b{white}</literal>") == [ox.Literal(f"a{white}b{white}")]


def test_what_is_converted_has_a_limit() -> None:
    with pytest.raises(Limited, match="MB"):
        converted("<literal> x </literal>", limits=Limits(answer_bytes=10))
