"""A citation names the record whole, no finer than it is known, in the forms that tools read."""

import re
from datetime import date
from typing import Any

import orjson
import pytest

from footage.catalogue import citing, moments
from footage.catalogue.authorities import Authorities, Authority
from tests.reading_room.rows import a_document, a_reference

NAMES = Authorities(
    [
        Authority("journalist", "salma", "Salma of the roofs", "سلمى الأسطح"),
        Authority("witness", "umm-ali", "Umm Ali, Karm al-Jabal", "أم علي، كرم الجبل"),
        Authority("neighbourhood", "bustan-al-qasr", "Bustan al-Qasr", "بستان القصر"),
    ]
)


def cited(language: str = "en", moment: moments.Moment | None = None, **stated: Any) -> Any:
    record = a_document(a_reference(7), **stated)
    return citing.cite(record, 2, date(2026, 3, 1), NAMES, language, moment)


def ris(citation: citing.Citation) -> dict[str, str]:
    lines = citing.as_ris(citation).split("\r\n")
    return dict(line.split("  - ", 1) for line in lines if line)


def test_the_words_say_who_what_when_where_and_which_seconds(settings: Any) -> None:
    reference = a_reference(7)
    assert citing.as_text(cited(moment=(12, 15.5))) == (
        "Salma of the roofs. “Bread queue at dawn” (Video, from 0:12 to 0:15). "
        "Filmed: 28 November 2016, Bustan al-Qasr. "
        f"The Aleppo Archive, {reference}, version 2. Published in this version 1 March 2026. "
        f"{settings.BASE_URL}/c/{reference}?t=12,15.5"
    )
    arabic = citing.as_text(cited("ar"))
    assert arabic.startswith("سلمى الأسطح. «طابور الخبز عند الفجر» (فيديو). ")
    assert "28 تشرين الثاني 2016، بستان القصر" in arabic


def test_a_withheld_name_is_no_author_and_is_said_to_be_withheld() -> None:
    withheld = cited(credit="withheld", journalist=None)
    assert citing.as_text(withheld).startswith("Name withheld. ")
    assert "author" not in citing.as_csl(withheld)
    assert "author" not in citing.as_bibtex(withheld)
    assert "AU" not in ris(withheld) and "Name withheld" in ris(withheld)["N1"]
    gone = cited(journalist="removed-since")
    assert citing.as_text(gone).startswith("Name withheld. ")


def test_a_byline_is_one_name_to_every_tool() -> None:
    testimony = cited(kind="testimony", witness="umm-ali", journalist=None)
    assert citing.as_csl(testimony)["author"] == [{"literal": "Umm Ali, Karm al-Jabal"}]
    assert citing.as_csl(testimony)["type"] == "interview"
    # A comma would make a family name of what stands before it.
    assert ris(testimony)["AU"] == "Umm Ali Karm al-Jabal"
    assert "author = {{Umm Ali, Karm al-Jabal}}" in citing.as_bibtex(testimony)
    assert "author = {{سلمى الأسطح}}" in citing.as_bibtex(cited("ar"))


@pytest.mark.parametrize(
    ("filmed", "parts", "about", "ris_day", "bibtex"),
    [
        ("2016-11-28", [[2016, 11, 28]], False, "2016/11/28/", "2016-11-28"),
        ("2016-11-28T14:30:05", [[2016, 11, 28]], False, "2016/11/28/", "2016-11-28"),
        ("2016-11", [[2016, 11]], False, "2016/11//", "2016-11"),
        ("2016-XX", [[2016]], True, "2016///", "2016~"),
        ("2016-11-XX", [[2016, 11]], True, "2016/11//", "2016-11~"),
        ("2016~", [[2016]], True, "2016///circa", "2016~"),
        ("2016-11-28?", [[2016, 11, 28]], True, "2016/11/28/circa", "2016-11-28?"),
        ("2016-12?", [[2016, 12]], True, "2016/12//circa", "2016-12?"),
        ("2016-12%", [[2016, 12]], True, "2016/12//circa", "2016-12%"),
        ("2016-12?/2016-12~", [[2016, 12]], True, "2016/12//circa", "2016-12%"),
        ("2015?/2016", [[2015], [2016]], True, None, "2015?/2016"),
        ("2016-11~", [[2016, 11]], True, "2016/11//circa", "2016-11~"),
        ("2016-23", [[2016]], True, "2016///circa", "2016~"),
        ("2016-24", [[2016]], True, "2016///circa", "2016~"),
        (
            "2016-09-24~/2016-10-02~",
            [[2016, 9, 24], [2016, 10, 2]],
            True,
            "2016///circa",
            "2016-09-24~/2016-10-02~",
        ),
        (
            "2016-09-24/2016-09-28",
            [[2016, 9, 24], [2016, 9, 28]],
            False,
            "2016/09//",
            "2016-09-24/2016-09-28",
        ),
        ("2012/2016", [[2012], [2016]], False, None, "2012/2016"),
        ("201X", [], True, None, None),
        ("../2016-12-22", [], False, None, None),
        ("XXXX", [], True, None, None),
    ],
)
def test_no_form_of_a_date_is_finer_than_it_is_known(
    filmed: str, parts: list[list[int]], about: bool, ris_day: str | None, bibtex: str | None
) -> None:
    citation = cited(filmed=filmed)
    assert citing.known_dates(filmed) == (parts, about)
    assert citing.as_csl(citation).get("issued", {}).get("date-parts", []) == parts
    assert citing.as_csl(citation).get("issued", {}).get("circa", False) == (about and bool(parts))
    assert ris(citation).get("DA") == ris_day
    found = re.search(r"\bdate = \{(.*)\}", citing.as_bibtex(citation))
    assert (found.group(1) if found else None) == bibtex
    # A year alone has no way to say that it is doubted, or that it is one of several.
    year = re.search(r"\byear = \{(.*)\}", citing.as_bibtex(citation))
    one = len({part[0] for part in parts}) == 1
    sure = one and not citing.doubted(filmed)
    assert (year is not None) == ("PY" in ris(citation)) == sure


def test_two_parts_of_one_record_are_cited_side_by_side_under_two_keys() -> None:
    parts = [None, (12.0, 15.5), (12.0, None), (40.0, 45.0)]
    keys = [
        re.findall(r"^@misc\{(.*),\n", citing.as_bibtex(cited(moment=part)))[0] for part in parts
    ]
    reference = keys[0]
    told = ("", "-t12-15.5", "-t12", "-t40-45")
    assert keys == [f"{reference}{seconds}" for seconds in told]
    assert [citing.as_csl(cited(moment=part))["id"] for part in parts] == keys


def test_nothing_in_a_title_adds_a_line_or_a_command() -> None:
    citation = cited(title_en="Smoke\r\nAU  - Another {100% \\input{x}} & more_")
    assert list(ris(citation)).count("AU") == 1 and ris(citation)["AU"] == "Salma of the roofs"
    entry = citing.as_bibtex(citation)
    assert entry.count("{") == entry.count("}") and "\\input" not in entry
    assert "100\\% " in entry and "\\& more\\_" in entry
    (item,) = orjson.loads(citing.as_csl_text(citation))
    assert item["title"] == "Smoke AU - Another {100% \\input{x}} & more_"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12", (12.0, None)),
        ("12,15.25", (12.0, 15.25)),
        ("12,", (12.0, None)),
        ("15,12", (15.0, None)),
        ("", None),
        (",", None),
        ("12,x", None),
        ("-1", None),
        ("1e9", None),
        ("٣", (3.0, None)),
        ("٣،٨", (3.0, 8.0)),
        ("۳٫۵، ۸", (3.5, 8.0)),
        ("٠:٠٣ – ٠:٠٨", (3.0, 8.0)),
        ("\u200f٠:٠٣-٠:٠٨", (3.0, 8.0)),
        ("0:03-0:08", (3.0, 8.0)),
        ("3–8", (3.0, 8.0)),
        (" 3 - 8 ", (3.0, 8.0)),
        ("0:03, 0:08", (3.0, 8.0)),
        ("3 8", (3.0, 8.0)),
        ("3-", (3.0, None)),
        ("3--8", None),
        ("3,8,9", None),
        ("3 8 9", None),
        ("three", None),
        ("999999", None),
        ("1.2.3", None),
    ],
)
def test_moments_of_an_address_are_seconds_or_nothing(text: str, moment: Any) -> None:
    assert moments.read(text) == moment
    if moment:
        assert moments.read(moments.write(moment)) == moment
