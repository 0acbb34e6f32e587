"""What the search index answers: the same as the database, and words in two scripts."""

import json
import random
import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from footage.catalogue import authorities, database
from footage.catalogue.answers import answer, without_words
from footage.catalogue.index.asking import MOST_WORDS
from footage.catalogue.index.language import LONGEST, parts
from footage.catalogue.index.searching import Search
from footage.catalogue.index.words import WORD, Beginning, placed, words
from footage.catalogue.models import PublicRecord
from footage.catalogue.queries import FACETS, Query
from footage.catalogue.streams import every
from footage.demonstration.loading import FIXTURES
from footage.normalisation import normalise
from tests.catalogue.indexes import ask, everything, follow, index, references
from tests.reading_room import rows

pytestmark = pytest.mark.django_db
UNCERTAIN = [
    *("2016-11-28", "2016-11-28~", "2016-11", "2016-10/2016-12"),
    *("2015", "XXXX", "2016-11-05/.."),
]
SHAAR = [
    *("al-Shaar", "Sha'ar", "Shaar", "ash-Sha’ar"),
    *("الشعار", "حي الشَّعار", "neighbourhood:Shaar"),
]
NEVER_ERRORS = [
    "",
    "x" * 10_240,
    "\x00\x01\x7f",
    "\u202e\u2066حلب\u2069",
    '"open',
    '"""',
    "'; DROP TABLE catalogue_publicrecord; --",
    "NEAR(a b) ^x title:[a TO b} +a -",
    "OR OR OR",
    "- -- -OR",
    "*",
    "a*",
    ":",
    "said:",
    "neighbourhood:",
    "unknown:field",
    "🎥 🎥",
    "(((",
    "\\",
    "word " * 2_000,
]


# --- The same as the database ---------------------------------------------------------------------
def a_collection(number: int = 40) -> None:
    chance = random.Random(7)
    rows.names()
    for each in range(number):
        rows.publish(
            rows.a_document(
                rows.a_reference(),
                filmed=chance.choice(
                    [
                        "2016-11-28",
                        "2016-11-28~",
                        "2016-11",
                        "2016-10/2016-12",
                        "2015",
                        "XXXX",
                        "..",
                    ]
                    if each % 2
                    else ["2016-11-28", "2016-12-01", "2013-01-05"]
                ).replace("..", "2016-11-05/.."),
                kind="testimony" if each % 9 == 0 else "clip",
                neighbourhood=chance.choice(["bustan-al-qasr", "al-shaar", None]),
                subjects=tuple(chance.sample(["food-and-bread", "water", "home"], 2)),
                verification=chance.choice(["verified", "unverified"]),
                languages=("ar", "en") if each % 5 == 0 else ("ar",),
            ),
            published_at=rows.PUBLISHED + timedelta(seconds=each // 2),
        )


@pytest.mark.parametrize("sort", ["newest", "oldest", "published"])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "kind=clip&kind=testimony",
        "neighbourhood=al-shaar",
        "neighbourhood=al-shaar&neighbourhood=bustan-al-qasr&subject=water",
        "from=2016-11-10&to=2016-11-30",
        "from=2016-11-28",
        "to=2014&subject=home",
        "neighbourhood=nowhere",
        "verification=verified&language=en",
    ],
)
def test_index_and_database_give_the_same_pages_totals_and_counts(address: str, sort: str) -> None:
    a_collection()
    index()
    query = Query.read(QueryDict(f"{address}&sort={sort}"))
    found, counts, total = everything(f"{address}&sort={sort}")
    expected = database.facets(query)
    assert (total, counts) == (
        expected.total,
        {facet: expected.counts.get(facet, {}) for facet in FACETS},
    )
    assert ask(address).facets.certain == expected.certain
    assert len(found) == total
    assert found == [row.reference for row in database.page(query, 1000).records]


def test_pages_lead_back_the_way_they_came() -> None:
    a_collection()
    index()
    names = authorities.current()
    for sort in ("newest", "oldest", "published"):
        page = answer(Query(sort=sort), names, size=5).page
        forward = [page]
        while page.following:
            page = answer(Query(sort=sort, after=page.following), names, size=5).page
            forward.append(page)
        back = [page]
        while page.preceding:
            page = answer(Query(sort=sort, after=page.preceding), names, size=5).page
            back.append(page)
        seen = [[row.reference for row in each.records] for each in forward]
        again = sorted(row.reference for each in back for row in each.records)
        assert sorted(reference for each in seen for reference in each) == again


def test_paging_neither_skips_nor_repeats_while_records_are_published() -> None:
    a_collection(20)
    index()
    names, query = authorities.current(), Query(sort="published")
    before = {row.reference for row in database.page(query, 1000).records}
    seen: list[str] = []
    page = answer(query, names, size=4).page
    while True:
        seen += [row.reference for row in page.records]
        if not page.following:
            break
        rows.publish(
            rows.a_document(rows.a_reference()), published_at=rows.PUBLISHED.replace(day=9)
        )
        index()
        page = answer(Query(sort="published", after=page.following), names, size=4).page
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


@pytest.mark.parametrize("sort", ["newest", "oldest", "published"])
def test_paging_is_whole_both_ways_while_records_come_and_go(sort: str) -> None:
    from tests.catalogue.test_index_life import withdraw

    chance = random.Random(3)
    a_collection(24)
    index()
    names = authorities.current()
    clips = PublicRecord.objects.filter(kind="clip")
    before = set(clips.values_list("reference", flat=True))
    gone: set[str] = set()

    def turn(after: str) -> Any:
        # Between two pages one is published and one withdrawn; now and then the index follows.
        rows.publish(
            rows.a_document(rows.a_reference(), filmed=chance.choice(["2016-11-28", "2013-01-05"]))
        )
        row = chance.choice(list(clips.filter(withdrawn_at=None, reference__in=before)))
        gone.add(row.reference)
        withdraw(row)
        if chance.random() < 0.5:
            follow()
        found = answer(Query(sort=sort, after=after), names, size=3)
        assert found.searched
        assert not gone & {each.reference for each in found.page.records}
        return found.page

    there: list[str] = []
    page = turn("")
    while True:
        there += [row.reference for row in page.records]
        if not page.following:
            break
        page = turn(page.following)
    back = [row.reference for row in reversed(page.records)]
    while page.preceding:
        page = turn(page.preceding)
        back += [row.reference for row in reversed(page.records)]
    for seen in (there, back):
        assert len(seen) == len(set(seen))
        assert before - gone <= set(seen)


def test_the_calendar_counts_the_same_days() -> None:
    from footage.catalogue import answers

    a_collection()
    index()
    for query in (Query(), Query(start=rows.PUBLISHED.date().replace(year=2016, month=11))):
        found = answers.days(query, authorities.current())
        assert sorted(map(repr, found)) == sorted(map(repr, database.days(query)))


def test_a_search_costs_two_database_queries(django_assert_num_queries: Any) -> None:
    a_collection()
    index()
    names = authorities.current()
    with django_assert_num_queries(2):
        answer(Query.read(QueryDict("q=bread&neighbourhood=al-shaar&from=2016")), names)


# --- Words ----------------------------------------------------------------------------------------
def test_words_are_found_in_either_script_and_any_ending() -> None:
    rows.names()
    shelling = rows.a_clip(title_en="Shelling of the market", title_ar="قصف السوق").reference
    rows.a_clip(title_en="A wedding", title_ar="عرس")
    index()
    for asked in (
        "shelling",
        "SHELLED",
        "market shelling",
        "والقصف",
        "قَصْف",
        "قصــف",
        "بالسوق القصف",
    ):
        assert references(f"q={asked}") == [shelling], asked
    assert references("q=shelling wedding") == []


def test_phrases_exclusions_alternatives_beginnings_and_fields() -> None:
    rows.names()
    lines = (3.0, 6.0, "", "The bridge is closed today")
    bridge = rows.a_clip(9001, title_en="The old bridge", title_ar="الجسر القديم").reference
    spoken = rows.a_clip(
        9002,
        title_en="Morning",
        title_ar="صباح",
        transcripts=(rows.a_transcript(rows.a_reference(9002), "en", lines),),
    ).reference
    queue = rows.a_clip(9003, title_en="Old queue", title_ar="طابور قديم").reference
    index()
    assert references('q="old bridge"') == [bridge]
    assert references("q=“old bridge”") == [bridge]
    assert references('q="bridge old"') == []
    assert references("q=old -bridge") == [queue]
    assert set(references("q=queue OR bridge")) == {bridge, spoken, queue}
    assert set(references("q=bri*")) == {bridge, spoken}
    assert references("q=said:bridge") == [spoken]
    assert references("q=قيل:bridge") == [spoken]
    assert references("q=title:bridge") == [bridge]
    assert references("q=unknown:bridge") == []
    assert references("q=bridge&sort=relevance") == [bridge, spoken]


# Of articles with no letter after them, or with one that the stemmer takes off as well.
MERE_ARTICLES = re.compile(r"(?:ال|وال|بال)[بسفو]?|وي")


def the_words_of_the_demonstration() -> list[str]:
    text = json.dumps(json.loads((FIXTURES / "demonstration.json").read_text()), ensure_ascii=False)
    text = re.sub(r'\\["n]', " ", text)
    found = sorted({match.group() for match in WORD.finditer(text) if match.group().isalpha()})
    assert len(found) > 1_000
    return found


def test_beginnings_longer_than_the_stem_find_what_the_word_finds() -> None:
    houses = rows.a_clip(title_en="The houses", title_ar="الشباك والطحين").reference
    rows.a_clip(title_en="A goat", title_ar="باب")
    index()
    for asked in (
        *("hou*", "hous*", "house*", "houses*", "title:houses*"),
        *("الشباك*", "شباك*", "الطحين*", "طحي*", "الط*"),
    ):
        assert references(f"q={asked}") == [houses], asked
    assert references("q=housew*") == references("q=shou*") == []


def test_a_word_finds_no_more_than_its_beginnings_of_three_letters_or_more() -> None:
    missed = {
        (word, begun)
        for word in the_words_of_the_demonstration()
        for begun in (word[:length] for length in range(3, len(word) + 1))
        if not any(map(Beginning.of(begun).holds, words(word)))
    }
    assert {each for each in missed if not MERE_ARTICLES.fullmatch(normalise(each[1]))} == set()
    assert len(missed) < 50


def test_beginnings_of_the_demonstrations_words_are_found_in_an_index_of_them() -> None:
    vocabulary = the_words_of_the_demonstration()
    stems = {stem for word in vocabulary for stem in words(word)}
    for start in range(0, len(vocabulary), 20):
        rows.a_clip(title_en=" ".join(vocabulary[start : start + 20]), title_ar="عنوان")
    index()
    tried = 0
    for word in random.Random(11).sample(vocabulary, 40):
        found = set(references(f"q=title:{word}", size=200))
        for length in range(3, len(word) + 1):
            begun = word[:length]
            common = sum(map(Beginning.of(begun).holds, stems)) > MOST_WORDS
            if not common and not MERE_ARTICLES.fullmatch(normalise(begun)):
                assert found <= set(references(f"q=title:{begun}*", size=200)), (word, begun)
                tried += 1
    assert tried > 80


@pytest.mark.parametrize("narrowed", ["", "&kind=clip&kind=testimony", "&neighbourhood=al-shaar"])
def test_a_phrase_looked_for_in_titles_first_gives_the_order_of_looking_everywhere(
    narrowed: str,
) -> None:
    rows.names()
    for each in range(80):
        where = ["title_en", "summary_en", "title_en", "summary_ar"][each % 4]
        rows.a_clip(
            neighbourhood="al-shaar" if each % 3 else "bustan-al-qasr",
            kind="testimony" if each % 7 == 0 else "clip",
            **{where: f"The old bridge {'and what lies below it ' * (each % 5)}"},
        )
    index()
    query = Query.read(QueryDict(f'q="old bridge"{narrowed}'))
    search = Search(query, authorities.current())
    assert search.question
    most = search.question.most_outside_titles(search.view.searcher)
    best = search._best(4, 0)
    assert most and best[-1][0] > most, "titles alone fill this page"
    assert all(score < most for score, _ in search._best(200, 0)[40:]), "the rest stays below it"
    # With an alternative that nothing holds, it is looked for everywhere at once.
    assert everything(f'q="old bridge"{narrowed}') == everything(
        f'q="old bridge" OR xylophone{narrowed}'
    )


def test_a_place_is_found_under_any_spelling_by_where_it_was_filmed_and_by_its_name() -> None:
    rows.names()
    there = rows.a_clip(
        title_en="Market", title_ar="سوق", neighbourhood="al-shaar", place="al-shaar"
    )
    named = rows.a_clip(title_en="Smoke", title_ar="دخان فوق حي الشعار")
    rows.a_clip(title_en="Barley", title_ar="شعير")
    index()
    expected = {there.reference, named.reference}
    for asked in (
        "al-Shaar",
        "Sha'ar",
        "Shaar",
        "ash-Sha’ar",
        "الشعار",
        "حي الشَّعار",
        "neighbourhood:Shaar",
    ):
        assert set(references(f"q={asked}")) == expected, asked
    assert references("q=Shaar smoke") == [named.reference]


def test_a_citys_name_finds_all_that_lies_in_it_and_first_what_names_it() -> None:
    rows.names()
    rows.name("neighbourhood", "aleppo-city", "Aleppo", "حلب", facts={"kind": "city"})
    rows.name(
        "neighbourhood", "salaheddine", "Salaheddine", "صلاح الدين", facts={"parent": "aleppo-city"}
    )
    inside = rows.a_clip(
        title_en="Bread", title_ar="خبز", neighbourhood="salaheddine", place="salaheddine"
    ).reference
    named = rows.a_clip(
        title_en="Bread in Aleppo", title_ar="خبز في حلب", neighbourhood=None, place=None
    ).reference
    elsewhere = rows.a_clip(
        title_en="Bread", title_ar="خبز", neighbourhood=None, place=None
    ).reference
    index()
    for asked in ("Aleppo", "حلب", "bread Aleppo", "خبز حلب"):
        assert references(f"q={asked}") == [named, inside], asked
    assert references('q="Aleppo bread"') == references("q=Halabi") == []
    assert references("q=title:Aleppo") == [named]
    assert elsewhere in references("q=bread")


def test_a_journalist_is_found_by_the_name_only_while_it_is_published() -> None:
    rows.names()
    theirs = rows.a_clip(title_en="Morning", title_ar="صباح", journalist="salma").reference
    rows.a_clip(journalist=None)
    index()
    assert references("q=Salma H.") == references("q=سلمى ح") == [theirs]
    from footage.catalogue.models import PublicAuthority, PublicState

    PublicAuthority.objects.filter(slug="salma").delete()
    PublicState.objects.update(authorities=99)
    assert references("q=Salma H.") == []


@pytest.mark.parametrize("asked", NEVER_ERRORS)
def test_nothing_that_is_typed_is_an_error(asked: str, client: Any) -> None:
    a_collection(4)
    index()
    assert client.get("/en/clips/", {"q": asked}).status_code == 200
    assert client.get("/ar/clips/", {"q": asked, "sort": "newest"}).status_code == 200
    # An export of the beginning of a question would pass for one of the whole: it is refused.
    refused = len(asked) > LONGEST
    assert client.get("/export/clips.jsonl", {"q": asked}).status_code == (400 if refused else 200)


@given(st.text(st.one_of(st.characters(), st.sampled_from('"-*: ORحلبab')), max_size=60))
def test_any_text_is_taken_apart_without_an_error(text: str) -> None:
    assert sum(map(len, parts(text))) <= 24
    assert [stem for *_, stems in placed(text) for stem in stems] == words(text)


def test_relevance_ends_where_it_says_nothing_any_more(monkeypatch: Any) -> None:
    from footage.catalogue.index import searching

    monkeypatch.setattr(searching, "MOST_RANKED", 7)
    a_collection(12)
    index()
    found, _counts, total = everything("q=bread&kind=clip&kind=testimony")
    assert (len(found), total) == (7, 12)


def test_a_name_typed_wrong_is_answered_with_the_ones_it_may_be(client: Any) -> None:
    rows.names()
    rows.a_clip()
    index()
    for language, asked, meant in (
        ("en", "Bustan al-Qasp", "Bustan al-Qasr"),
        ("ar", "بستان القصير", "بستان القصر"),
    ):
        page = client.get(f"/{language}/clips/", {"q": asked}).content.decode()
        start = page.index('class="meant"')
        assert meant in page[start : start + 400]
    assert "Did you mean" not in client.get("/en/clips/?q=zzzzzzz").content.decode()


# --- Exports and pages ----------------------------------------------------------------------------
def test_an_export_of_a_search_holds_every_record_of_it() -> None:
    a_collection()
    rows.a_clip(title_en="Wedding", title_ar="عرس", summary_en="Songs.", summary_ar="أغان.")
    index()
    names = authorities.current()
    query = Query.read(QueryDict("q=bread&kind=clip&kind=testimony"))
    expected = {row.reference for row in database.page(without_words(query), 1000).records}
    found = [row.reference for piece in every(query, names) for row in piece]
    assert len(found) == len(set(found)) == ask("q=bread&kind=clip&kind=testimony").facets.total
    assert set(found) < expected


def test_a_found_line_opens_the_clip_at_its_second_with_the_other_language_beside(
    client: Any,
) -> None:
    rows.names()
    reference = rows.a_reference(77)
    rows.a_clip(
        77,
        transcripts=(
            rows.a_transcript(
                reference,
                "ar",
                (0.0, 4.0, "", "لا شيء"),
                (63.0, 66.0, "", "نمشي إلى المعبر الآن"),
            ),
            rows.a_transcript(reference, "en", (63.0, 66.0, "", "We walk to the crossing now")),
        ),
    )
    index()
    for language, asked, marked in (
        ("en", "crossing", "crossing"),
        ("ar", "معبر", "المعبر"),
        ("en", "المعبر", "المعبر"),
    ):
        page = client.get(f"/{language}/clips/", {"q": asked}).content.decode()
        assert f"/{language}/clips/{reference}/?t=63#player" in page
        assert f"<mark>{marked}</mark>" in page
        assert "We walk to the" in page
        assert "نمشي إلى" in page
        assert "لا شيء" not in page


def test_lines_shown_are_those_that_say_what_was_asked_best_first(client: Any) -> None:
    rows.names()
    reference = rows.a_reference(78)
    said = (
        (0.0, 3.0, "", "We light the oven before the street is awake."),
        (3.0, 8.0, "", "When the flour came, the queue was long; the dough too."),
        (9.0, 11.0, "", "My hands know the dough in the dark."),
        (12.0, 15.0, "", "The bread is for"),
        (15.0, 18.0, "", "the houses of the lane."),
    )
    other = (9.0, 11.0, "", "يداي تعرفان العجين في العتمة.")
    rows.a_clip(
        78,
        transcripts=(
            rows.a_transcript(reference, "en", *said),
            rows.a_transcript(reference, "ar", other),
        ),
    )
    index()

    def lines(asked: str) -> list[tuple[int, list[str]]]:
        (card,) = client.get("/en/clips/", {"q": asked}).context["cards"]
        return [
            (int(line["start"]), [piece["text"] for piece in line["pieces"] if piece["hit"]])
            for line in card["lines"]
        ]

    phrase = [(9, ["My hands know the dough"])]
    assert lines('"my hands know the dough"') == lines('said:"My hands know the dough"') == phrase
    plain = [(9, ["hands", "the", "dough", "the"]), (3, ["the", "the", "the", "dough"])]
    assert lines("hands the dough") == plain, "particles are no answer"
    assert [start for start, _ in lines("the")] == [0, 3, 9], "but where nothing else was asked"
    assert lines('"for the houses"') == [(12, ["for"]), (15, ["the houses"])]
    assert lines('"my hands" OR oven -shelter') == [(9, ["My hands"]), (0, ["oven"])]
    assert lines('"my hands know" -"the shelter"') == [(9, ["My hands know"])]
    assert lines("fl* queue") == [(3, ["flour", "queue"])]
    assert lines('title:bread "hands know"') == [(9, ["hands know"])]
    assert lines('"تعرفان العجين"') == [(9, ["تعرفان العجين"])]


def test_a_page_without_an_index_says_so_and_shows_the_rest(client: Any) -> None:
    rows.names()
    rows.a_clip()
    page = client.get("/en/clips/?q=anything").content.decode()
    assert "being made ready" in page
    assert "Bread queue at dawn" in page
    for name in ("clips.csv", "datapackage.json"):
        refused = client.get(f"/export/{name}?q=anything")
        assert (refused.status_code, refused["Retry-After"]) == (503, "30")
