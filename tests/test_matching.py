"""Names as people write them: read, compared, and told apart from other people's names."""

from __future__ import annotations

import pytest

from g7graph import matching
from g7graph.matching import likeness, read


@pytest.mark.parametrize(
    ("text", "own", "kinds"),
    [
        ("Mun. Dist. de Jesús", ("jesus",), {"municipalidad", "distrito"}),
        ("M.D. Jesús", ("jesus",), {"municipalidad", "distrito"}),
        ("GORE Piura", ("piura",), {"gobierno", "region"}),
        ("Gobierno Regonal de Piura", ("piura",), {"gobierno", "region"}),
        ("District Municipality of Jesús", ("jesus",), {"municipalidad", "distrito"}),
        ("Cía. Minera Milpo S. A. A.", ("milpo",), {"empresa"}),
        ("Indicador O1.1a", ("o1.1a",), {"indicador"}),
        ("RUC 20100147514", ("20100147514",), set()),
        ("d’Apurímac", ("apurimac",), set()),
        ("MD", ("md",), set()),  # an abbreviation alone may be anything
        ("Minerva", ("minerva",), set()),  # no slip of «minera»
        ("–", (), set()),
    ],
)
def test_own_words_are_told_from_words_that_say_the_kind(text: str, own: tuple[str, ...], kinds: set[str]) -> None:
    assert read(text).own == own
    assert read(text).kinds == kinds


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("Minas y Energía, Ministerio de", "Ministerio de Energía y Minas"),
        ("Paucar del Sarasara", "Páucar del Sara Sara"),
        ("Bco. Interamericano de Desarrollo", "Banco Interamericano de Desarrollo"),
        ("International Finance Corp", "International Finance Corporation"),
        ("Moyabamba", "Moyobamba"),
        ("Huanacvelica", "Huancavelica"),
        ("Open Society Foundation", "Open Society Foundations"),
        ("UNDP Perú", "UNDP"),
    ],
)
def test_what_people_do_to_a_name_leaves_it_the_same(given: str, known: str) -> None:
    assert likeness(read(given), read(known), {"peru"}).is_safe


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("Chinchao", "Chincha"),
        ("Huaral", "Huari"),
        ("MINAM", "MINEM"),
        ("GIZ Bolivia", "GIZ"),
        ("Barrick Gold", "Minera Barrick"),
        ("al menos 25 %", "al menos 20 %"),
        ("Jesús María", "Jesús"),
        ("", "Jesús"),
        ("Perú", "Southern Perú"),
    ],
)
def test_names_of_others_are_not_taken_for_the_same(given: str, known: str) -> None:
    assert not likeness(read(given), read(known), {"peru"}).is_safe


def test_a_long_name_may_lack_a_word_but_no_number() -> None:
    known = read("Fortalecimiento de la gobernanza en las industrias extractivas en América Latina y el Caribe 2013")
    assert likeness(read("Fortalecimiento gobernanza industrias extractivas América Latina 2013"), known).is_safe
    assert not likeness(
        read("Fortalecimiento gobernanza industrias extractivas América Latina Caribe 2014"), known
    ).is_safe


def test_one_label_may_hold_several_names() -> None:
    label = "Fortalecimiento de los Gobiernos Regionales (ProGobernabilidad)"
    assert read("ProGobernabilidad") in matching.variants(label)
    assert read("Cusco") not in matching.variants("Planes ejecutados (Cusco)")
    assert read("MIM Perú") in matching.variants("MIM PERÚ - Promoviendo el Buen Gobierno Municipal")


def test_the_same_code_is_written_with_other_case_and_spaces() -> None:
    assert matching.code(" pe-piu ") == matching.code("PE-PIU") == "pe-piu"
