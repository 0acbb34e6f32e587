"""Filmed dates: what is accepted, what it bounds, how people write it, how it is said."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from footage.dates import DateError, find, parse, read, say

DATA = Path(__file__).parent.parent / "data" / "edtf"

# Valid EDTF that the archive does not use, and the error that must say so.
OUTSIDE = {
    "sets": (r"[\[{].*", "set"),
    "interval with an unknown end": (r"/.*|.*/", "interval"),
    "time zones": (r".*T.*(Z|[+-][0-9:]+)", "zone"),
    "midnight as 24:00": (r".*T24:00:00", "time"),
    "years before 1": (r"-.*|0000.*", "year"),
    "years of more digits, or rounded": (r"Y.*|[0-9]{4}S[0-9]", "year"),
    "qualifiers inside or before the date": (r"(?=.*[?~%](?!$|/)).*", "qualifier"),
    "divisions of the year beyond seasons": (r"[0-9]{4}-(2[5-9]|3[0-9]|4[01])", "season"),
    "unknown digits other than the last": (
        r"(?=.*X).*(?<![0-9]{4}-[0-9]{2}-XX)(?<![0-9]{4}-XX-XX)",
        "unspecified",
    ),
}
SUBSET_WITH_X = re.compile(r"(XXXX|[0-9]{2}XX|[0-9]{3}X|[0-9]{4}-(XX|[0-9]{2}-XX|XX-XX))")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def classes_of(edtf: str) -> set[str]:
    """The codes of the classes outside the subset that an EDTF string belongs to."""
    codes = {code for pattern, code in OUTSIDE.values() if re.fullmatch(pattern, edtf)}
    ends = edtf.split("/")
    if any(re.match(r"-|0000|-?Y", end) for end in ends):
        codes.add("year")
    if all(SUBSET_WITH_X.fullmatch(end.rstrip("?~%")) or "X" not in end for end in ends):
        codes.discard("unspecified")
    return codes


def check_agreed(row: dict[str, str], bounds_column: str) -> None:
    edtf = row["edtf"]
    outside = classes_of(edtf)
    if row["verdict"] == "valid" and not outside:
        filmed = parse(edtf)
        if row[bounds_column]:
            # One day or two bounds, then perhaps two fuzzy bounds, which are not ours.
            bounds = row[bounds_column].split("|")
            expected = bounds[:2] if len(bounds) % 2 == 0 else [bounds[0], bounds[0]]
            given_bounds = [
                filmed.earliest.isoformat() if filmed.earliest else "-inf",
                filmed.latest.isoformat() if filmed.latest else "inf",
            ]
            assert given_bounds == expected, edtf
        return
    with pytest.raises(DateError) as refusal:
        parse(edtf)
    assert refusal.value.message_en and refusal.value.message_ar
    if row["verdict"] == "valid":
        assert refusal.value.code in outside, edtf


def test_every_agreed_case_is_accepted_with_its_bounds_or_refused_for_its_reason():
    cases = rows(DATA / "agreed_cases.csv")
    assert len(cases) > 200
    for row in cases:
        check_agreed(row, "bounds")


@pytest.mark.acceptance
def test_every_agreed_case_of_the_shared_data_too(shared_data):
    cases = rows(shared_data / "text" / "edtf" / "edtf_cases.csv")
    agreed = [row for row in cases if row["agreement"] == "agreed"]
    assert len(agreed) > 250
    for row in agreed:
        check_agreed(row, "expected_bounds_python_edtf")


def test_the_syntax_of_the_2012_draft_is_refused():
    for row in rows(DATA / "legacy_2012_draft_syntax.csv"):
        for accept in (parse, read):
            with pytest.raises(DateError):
                accept(row["legacy"])


@pytest.mark.parametrize(
    ("edtf", "earliest", "latest"),
    [
        ("2016", "2016-01-01", "2016-12-31"),
        ("2016-02", "2016-02-01", "2016-02-29"),
        ("2015-02", "2015-02-01", "2015-02-28"),
        ("2016-11-28", "2016-11-28", "2016-11-28"),
        ("2016-11-28T23:59:59", "2016-11-28", "2016-11-28"),
        ("2016-XX", "2016-01-01", "2016-12-31"),
        ("2016-XX-XX", "2016-01-01", "2016-12-31"),
        ("2016-11-XX", "2016-11-01", "2016-11-30"),
        ("201X", "2010-01-01", "2019-12-31"),
        ("20XX", "2000-01-01", "2099-12-31"),
        ("2016-21", "2016-03-01", "2016-05-31"),
        ("2016-22", "2016-06-01", "2016-08-31"),
        ("2016-23", "2016-09-01", "2016-11-30"),
        ("2015-24", "2015-12-01", "2016-02-29"),
        ("9999-24", "9999-12-01", "9999-12-31"),
        ("2016-09-24/2016-09-28", "2016-09-24", "2016-09-28"),
        ("2016-09-24/2016-09", "2016-09-24", "2016-09-30"),
        ("../2016-12-22", None, "2016-12-22"),
        ("2016-07-17/..", "2016-07-17", None),
        ("XXXX", None, None),
        ("2016-11~", "2016-11-01", "2016-11-30"),
    ],
)
def test_bounds_are_the_strict_first_and_last_day(edtf, earliest, latest):
    filmed = parse(edtf)
    assert filmed.edtf == edtf
    assert filmed.earliest == (date.fromisoformat(earliest) if earliest else None)
    assert filmed.latest == (date.fromisoformat(latest) if latest else None)


def test_doubt_makes_a_date_uncertain_and_never_wider():
    plain, doubted = parse("2016-11-28"), parse("2016-11-28%")
    assert (plain.earliest, plain.latest) == (doubted.earliest, doubted.latest)
    assert plain.certain and plain.one_day
    assert doubted.uncertain and doubted.approximate and doubted.one_day and not doubted.certain
    assert parse("2016-09-24?/2016-09-28").uncertain
    assert parse("2016-09-24/2016-09-28~").approximate


def test_open_and_unknown_dates_are_not_certain():
    assert parse("XXXX").unknown and not parse("XXXX").certain and not parse("XXXX").one_day
    assert not parse("../2016").certain and not parse("2016/..").certain
    assert parse("2016-XX").certain and not parse("2016-XX").unknown


@pytest.mark.parametrize(
    ("edtf", "code"),
    [
        ("2016-11-28T14:30:05Z", "zone"),
        ("2016-11-28T14:30:05+03:00", "zone"),
        ("2016-11-28T14:30", "time"),
        ("2016-11-28T24:00:00", "time"),
        ("2016-11T14:30:05", "time"),
        ("2016-02-30", "day"),
        ("2016-13", "month"),
        ("2016-1", "month"),
        ("2016-1-1", "month"),
        ("2016-25", "season"),
        ("2016-21-01", "season"),
        ("2016-09-28/2016-09-24", "reversed"),
        ("2016/2017/2018", "interval"),
        ("../..", "interval"),
        ("XXXX/2016", "interval"),
        ("XXXX?", "unspecified"),
        ("2016-XX-28", "unspecified"),
        ("2016-1X", "unspecified"),
        ("2016-11-2X", "unspecified"),
        ("201X-11", "unspecified"),
        ("2016?-11", "qualifier"),
        ("2016-11??", "qualifier"),
        ("٢٠١٦", "not_understood"),
        ("2016 ", "not_understood"),
        ("²016", "not_understood"),
        ("2016-11-28\n", "not_understood"),
        ("", "empty"),
        ("2" * 101, "too_long"),
        ("?", "not_understood"),
    ],
)
def test_each_refusal_names_its_reason_in_both_languages(edtf, code):
    with pytest.raises(DateError) as refusal:
        parse(edtf)
    assert refusal.value.code == code
    assert str(refusal.value) == refusal.value.message_en
    assert re.search("[\u0621-\u064a]", refusal.value.message_ar)
    assert "{" not in refusal.value.message_en + refusal.value.message_ar


@pytest.mark.parametrize(
    "code", ["not_understood", "month_first", "month", "interval", "unspecified"]
)
def test_a_date_in_an_arabic_mend_stands_as_it_is_to_be_written(code):
    """Not isolated, 2016-11-28 would be read as 28-11-2016 among Arabic words."""
    said = DateError(code, "13/28/2016").message_ar
    assert not re.search(r"\d[-/]", re.sub("[\u2066\u2068][^\u2069]*\u2069", "", said)), said
    assert "\u2066" in said


def test_an_error_never_echoes_direction_overrides_or_long_input():
    with pytest.raises(DateError) as refusal:
        read("\u202egpj.exe\x1b[31m " + "a" * 60)
    assert not set("\u202e\x1b") & set(refusal.value.message_en + refusal.value.message_ar)
    assert "a" * 41 not in refusal.value.message_en


def test_arabic_dates_as_people_write_them():
    for row in rows(DATA / "arabic_text_to_edtf.csv"):
        expected = row["edtf_expected"].partition(" ")[0] or "XXXX"
        assert read(row["text"]).edtf == expected, row["text"]


@pytest.mark.parametrize(
    ("typed", "edtf"),
    [
        ("2016-11~", "2016-11~"),
        (" 2016-11-28? ", "2016-11-28?"),
        ("28 November 2016", "2016-11-28"),
        ("November 28th, 2016", "2016-11-28"),
        ("the 28th of November 2016", "2016-11-28"),
        ("Mon 28-Nov-2016", "2016-11-28"),
        ("28.11.2016", "2016-11-28"),
        ("5/6/2014", "2014-06-05"),
        ("7/2008", "2008-07"),
        ("2016/11", "2016-11"),
        ("2010s", "201X"),
        ("c.1960", "1960~"),
        ("uncertain: approx 1962", "1962%"),
        ("1962 maybe", "1962?"),
        ("circa Feb 2012", "2012-02~"),
        ("Fall 2012", "2012-23"),
        ("winter 2012", "2012-24"),
        ("شتاء 2012", "2012-24"),
        ("before 2013", "../2013"),
        ("after approx January 2013", "2013-01~/.."),
        ("month in 2012", "2012-XX"),
        ("day in January 2012", "2012-01-XX"),
        ("day in 2012", "2012-XX-XX"),
        ("2012 - 2016", "2012/2016"),
        ("2012–2016", "2012/2016"),
        ("2012-2013?", "2012/2013?"),
        ("24-28 September 2016", "2016-09-24/2016-09-28"),
        ("24–28/9/2016", "2016-09-24/2016-09-28"),
        ("24-28 September 2016?", "2016-09-24?/2016-09-28?"),
        ("24/9/2016 - 28/9/2016", "2016-09-24/2016-09-28"),
        ("between 28 July and 3 August 2016", "2016-07-28/2016-08-03"),
        ("perhaps from July to December 2016", "2016-07?/2016-12?"),
        ("28 تشرين الثاني 2016", "2016-11-28"),
        ("28 تشرين الثاني/نوفمبر 2016", "2016-11-28"),
        ("28 نوفمبر 2016م", "2016-11-28"),
        ("كانون الثاني (يناير) 2013", "2013-01"),
        ("تِشْرين الأوّل ٢٠١٦", "2016-10"),
        ("تشـــرين الاول 2016", "2016-10"),
        ("\u200f۲۷/۷/۲۰۱۶\u200f", "2016-07-27"),
        ("6 اب 2016", "2016-08-06"),
        ("٦ آب ٢٠١٦ تقريباً", "2016-08-06~"),
        ("يوم الجمعة 16 كانون الأول 2016", "2016-12-16"),
        ("بين 15 و22 كانون الأول 2016", "2016-12-15/2016-12-22"),
        ("قبل 22 كانون الأول 2016", "../2016-12-22"),
        ("بعد تموز ٢٠١٦", "2016-07/.."),
        ("unknown", "XXXX"),
        ("Date not known", "XXXX"),
        ("التاريخ غير معروف", "XXXX"),
        ("مجهول", "XXXX"),
    ],
)
def test_what_people_type_is_read(typed, edtf):
    assert read(typed).edtf == edtf


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("9/21/2015", "month_first"),
        ("27-7-16", "short_year"),
        ("6 آب", "no_year"),
        ("January", "no_year"),
        ("تشرين 2016", "which_month"),
        ("كانون 2013", "which_month"),
        ("1900s", "ambiguous"),
        ("2011–12", "ambiguous"),
        ("2012-16", "month"),
        ("تموز آب 2016", "two_months"),
        ("2 and 5 August 2016", "not_understood"),
        ("2 و5 آب 2016", "not_understood"),
        ("31/6/2016", "day"),
        ("32/6/2016", "day"),
        ("27/13/2016", "month"),
        ("28 December to 3 January 2017", "reversed"),
        ("this isn't a date", "not_understood"),
        ("2016²", "not_understood"),
        ("-2016", "year"),
        ("2016-05-02T24:00:00", "time"),
        ("", "empty"),
        ("   ", "empty"),
        ("2016 " * 30, "too_long"),
    ],
)
def test_what_could_mean_two_things_is_refused_and_never_guessed(typed, code):
    with pytest.raises(DateError) as refusal:
        read(typed)
    assert refusal.value.code == code


# Rows of the English table whose answer is outside the subset, or a guess that we refuse.
NOT_READ = re.compile(
    r"(?i).*(centur|BCE|(?<![0-9])[0-9]{1,3} (AD|CE)$|19c|10c|15c|printed|later print|cast"
    r"|Camerawork|00s|-30$|-67$|1973|notcirca|attic|Spring 1849|this isn't|^January$)"
)
ANOTHER_READING = {
    "1858/1860": "1858/1860",  # an EDTF interval, not a set
    "1857-mid 1860s": "1857/186X~",
    "1915 late - autumn 1916": "1915~/1916-23",
}


@pytest.mark.acceptance
def test_english_dates_of_the_shared_data(shared_data):
    for row in rows(shared_data / "text" / "edtf" / "english_text_to_edtf.csv"):
        typed, expected = row["text"], row["edtf_expected"]
        if NOT_READ.match(typed):
            with pytest.raises(DateError):
                read(typed)
            continue
        expected = re.sub(r"/$", "/..", re.sub(r"^/", "../", expected))
        assert read(typed).edtf == ANOTHER_READING.get(typed, expected), typed


@pytest.mark.parametrize(
    ("title", "edtf"),
    [
        ("حلب || بستان القصر 27-7-2016 قصف", "2016-07-27"),
        ("Aleppo, 12 Nov 2014 - the market", "2014-11-12"),
        ("Aleppo 13 Oct 2015", "2015-10-13"),
        ("قصف بلهاون 120 1-9-2013", "2013-09-01"),
        ("+18 مجزرة 8-6-2016", "2016-06-08"),
        ("معمل الاسمنت25-10-2015", "2015-10-25"),
        ("حي الصالحين 11_2_2016", "2016-02-11"),
        ("مسعفون ٦ / ٩ / ٢٠١٤", "2014-09-06"),
        ("حلب 16 سبتمبر 2016", "2016-09-16"),
        ("قتلى شهر نيسان 2016", "2016-04"),
        ("24-28 September 2016: the offensive", "2016-09-24/2016-09-28"),
        ("من 15-12-2016 إلى 22-12-2016", "2016-12-15/2016-12-22"),
        ("Nov 2016: school hit on 12 Nov 2016", "2016-11-12"),
        ("ربما 6 آب 2016 في الشعار", "2016-08-06?"),
    ],
)
def test_a_date_inside_a_title_is_found(title, edtf):
    found = find(title)
    assert found is not None and found.edtf == edtf


@pytest.mark.parametrize(
    "title",
    [
        "",
        "حلب 2016",
        "August 10th Chemical Attack in Zabadiyah",
        "فرن الخبز9_21_2015",
        "ملخص 1-9-2013 ثم 5-9-2014",
        "قصف 1-9-2013 و 5-9-2013",
        "24-28-9-2016",
        "31-6-2016",
        "12-1-016",
        "call 12 1 20166",
        "الآباء 12 2016",
    ],
)
def test_a_title_without_one_clear_date_suggests_nothing(title):
    assert find(title) is None


@pytest.mark.acceptance
def test_dates_in_2416_real_titles_agree_with_the_checked_dates(shared_data):
    titles = rows(shared_data / "metadata" / "title_dates.csv")
    found = [(find(row["title"]), row["date_iso"]) for row in titles]
    agree = sum(date is not None and date.edtf == iso for date, iso in found)
    wrong = sum(date is not None and date.edtf != iso for date, iso in found)
    print(f"{len(titles)} titles: {agree} agree, {wrong} wrong, {len(found) - agree - wrong} none")
    assert agree / len(titles) >= 0.95
    assert wrong / len(titles) <= 0.01


SAID = [
    ("2016-11-28", "28 November 2016", "28 تشرين الثاني 2016"),
    ("2016-11~", "around November 2016", "حوالي تشرين الثاني 2016"),
    ("2016-11-28?", "possibly 28 November 2016", "ربما 28 تشرين الثاني 2016"),
    ("2016%", "possibly around 2016", "ربما حوالي 2016"),
    ("2016-11-28T14:30:00", "28 November 2016, 14:30", "28 تشرين الثاني 2016، الساعة 14:30"),
    ("2016-11-28T14:00:05", "28 November 2016, 14:00:05", "28 تشرين الثاني 2016، الساعة 14:00:05"),
    ("2016-11-28T14:00:00", "28 November 2016, 14:00", "28 تشرين الثاني 2016، الساعة 14:00"),
    ("2016-XX", "some month in 2016", "شهر غير محدد من عام 2016"),
    ("2016-XX-XX", "some day in 2016", "يوم غير محدد من عام 2016"),
    ("2016-11-XX", "some day in November 2016", "يوم غير محدد من تشرين الثاني 2016"),
    ("201X", "between 2010 and 2019", "بين 2010 و2019"),
    ("2016-21", "spring 2016", "ربيع 2016"),
    ("2015-24", "winter 2015–2016", "شتاء 2015 و2016"),
    ("2016-09-24/2016-09-28", "24–28 September 2016", "من 24 إلى 28 أيلول 2016"),
    ("2016-09-24?/2016-09-28?", "possibly 24–28 September 2016", "ربما من 24 إلى 28 أيلول 2016"),
    (
        "2016-09-24/2016-10-03",
        "24 September – 3 October 2016",
        "من 24 أيلول إلى 3 تشرين الأول 2016",
    ),
    (
        "2015-12-30/2016-01-02",
        "30 December 2015 – 2 January 2016",
        "من 30 كانون الأول 2015 إلى 2 كانون الثاني 2016",
    ),
    ("2016-07/2016-12", "July–December 2016", "من تموز إلى كانون الأول 2016"),
    ("2012/2016", "2012–2016", "من 2012 إلى 2016"),
    ("2016-11-28/2016-11-28", "28 November 2016", "28 تشرين الثاني 2016"),
    (
        "2016-09-24/2016-09-28~",
        "from 24 September 2016 to around 28 September 2016",
        "من 24 أيلول 2016 إلى حوالي 28 أيلول 2016",
    ),
    ("../2016-12-22", "22 December 2016 or earlier", "22 كانون الأول 2016 أو قبل ذلك"),
    ("2016-07-17/..", "17 July 2016 or later", "17 تموز 2016 أو بعد ذلك"),
    ("XXXX", "Date not known", "التاريخ غير معروف"),
]


@pytest.mark.parametrize(("edtf", "english", "arabic"), SAID)
def test_a_date_is_said_naturally_in_both_languages(edtf, english, arabic):
    assert say(parse(edtf), "en") == english
    assert say(parse(edtf), "ar") == arabic


def test_an_arabic_range_holds_no_dash_that_could_turn_round():
    for edtf, _, _ in SAID:
        assert not set("–-") & set(say(parse(edtf), "ar"))


# --- Whatever is typed -------------------------------------------------------------------------

years = st.integers(1, 9999).map("{:04}".format)
months = st.integers(1, 12).map("{:02}".format)
days = st.integers(1, 31).map("{:02}".format)
singles = st.one_of(
    years,
    st.builds("{}-{}".format, years, st.one_of(months, st.sampled_from(["XX", "21", "24"]))),
    st.builds("{}-{}-{}".format, years, months, st.one_of(days, st.just("XX"))),
    st.builds("{}-XX-XX".format, years),
    st.builds("{}T12:00:00".format, st.dates().map(date.isoformat)),
)
points = st.builds("{}{}".format, singles, st.sampled_from(["", "?", "~", "%"]))
edtf_strings = st.one_of(
    points, st.builds("{}/{}".format, points | st.just(".."), points | st.just(".."))
)


@given(edtf_strings | st.text("0123456789X-/.?~%T:[]Z ", max_size=30))
@example("2016-09-24/2016-09")
def test_what_is_accepted_is_canonical_has_ordered_bounds_and_can_be_said(edtf):
    try:
        filmed = parse(edtf)
    except DateError:
        return
    assert parse(filmed.edtf) == filmed
    if filmed.earliest and filmed.latest:
        assert filmed.earliest <= filmed.latest
    assert read(filmed.edtf) == filmed
    assert "X" not in say(filmed, "en") and say(filmed, "ar")


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(["en", "ar"]))
def test_a_day_that_was_said_is_read_and_found_again(day, language):
    said = say(parse(day.isoformat()), language)
    assert read(said).edtf == day.isoformat()
    assert find(f"حلب | {said} |").edtf == day.isoformat()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_most_of_what_is_said_can_be_typed_back(language):
    for edtf, english, arabic in SAID:
        if "T" in edtf or edtf in ("201X", "2015-24", "2016-11-28/2016-11-28"):
            continue
        assert read(english if language == "en" else arabic).edtf == edtf


vocabulary = st.lists(
    st.sampled_from(
        "2016 11 28 - / . ~ ? about before between and to from من إلى و بين تشرين الثاني آب 2016s "
        "day in غير معروف ربما , ( ) 16 November spring or later".split()
    ),
    max_size=12,
).map(" ".join)


@given(st.text(max_size=110) | vocabulary)
def test_arbitrary_text_raises_nothing_but_a_date_error(text):
    try:
        read(text)
    except DateError as refusal:
        assert refusal.message_en and refusal.message_ar
    find(text)
