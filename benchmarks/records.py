"""Invented records for measuring: `python benchmarks/records.py --number 1000000`.

Fills the catalogue of an empty archive (ARCHIVE_DATA, DATABASE_URL) as publishing would, fast and
always with the same rows: some 80 neighbourhoods and 200 journalists of which few have most, days
in bursts, a few words in very many records and most in very few, and transcripts of up to 400
words in 30 of 100. The catalogue must be empty: these rows never mix with footage.
"""

import argparse
import atexit
import hashlib
import itertools
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

PIECE = 5_000
TRANSCRIBED = 0.3
MEDIA = ("video", "video", "video", "photograph")
LONGEST = 400
FIRST_DAY, DAYS = date(2012, 7, 19), 1_700
PUBLISHED = datetime(2026, 1, 1, tzinfo=UTC)

EVERYDAY_EN = (
    "the street people bread water morning school house family shop market children road night "
    "evening neighbours electricity car bakery window hospital shelling smoke rescue building "
    "rubble bus crossing queue winter rain garden football teacher wedding oven vegetables"
).split()
EVERYDAY_AR = (
    "حلب الشارع الناس الخبز الماء الصباح المدرسة البيت العائلة المحل السوق الأطفال الطريق الليل "
    "المساء الجيران الكهرباء السيارة الفرن الشباك المشفى القصف الدخان الإنقاذ البناء الأنقاض "
    "الحافلة المعبر الطابور الشتاء المطر الحديقة الكرة المعلمة العرس التنور الخضار"
).split()
SYLLABLES_EN = "ba de fi go ku la me ni po ra se ti vu wo za cha dri gre sto pla".split()
SYLLABLES_AR = "با تر جي دو را سو شم طا عل فر قس كا لي مو نح هد ور يس صب خل".split()


class Lottery:
    """Draws from a list whose first entries come often and whose last come rarely (Zipf)."""

    def __init__(self, choices: Iterable[Any], steepness: float = 1.0) -> None:
        self.choices = list(choices)
        weights = (1 / (place**steepness) for place in range(1, len(self.choices) + 1))
        self.weights = list(itertools.accumulate(weights))

    def draw(self, chance: random.Random, number: int = 1) -> list[Any]:
        return chance.choices(self.choices, cum_weights=self.weights, k=number)


def invented_words(syllables: list[str], number: int) -> list[str]:
    """Words of three syllables and more, so many of them, always the same."""
    chance = random.Random("words")  # noqa: S311  (repeatable, not secret)
    found = dict.fromkeys(
        "".join(chance.choices(syllables, k=chance.randint(3, 4))) for _ in range(3 * number)
    )
    return list(found)[:number]


class Invention:
    """Everything a record is drawn from."""

    def __init__(self) -> None:
        from footage import vocabularies
        from footage.references import ALPHABET, check_character

        self.alphabet, self.check_character = ALPHABET, check_character
        self.chance = random.Random("records")  # noqa: S311
        self.places = Lottery(f"quarter-{number:02}" for number in range(80))
        self.people = Lottery(f"person-{number:03}" for number in range(200))
        self.subjects = Lottery(vocabularies.SUBJECTS.codes, 0.8)
        self.advisories = vocabularies.ADVISORIES.codes
        self.verification = Lottery(vocabularies.VERIFICATION.codes)
        self.english = Lottery(EVERYDAY_EN + invented_words(SYLLABLES_EN, 20_000), 0.75)
        self.arabic = Lottery(EVERYDAY_AR + invented_words(SYLLABLES_AR, 20_000), 0.75)
        bursts = [self.chance.randrange(DAYS) for _ in range(60)]
        self.days = Lottery(dict.fromkeys([*bursts, *self.chance.sample(range(DAYS), DAYS)]), 0.7)

    def reference(self, number: int) -> str:
        """Spread like chance over all references, and never twice (an odd factor is invertible)."""
        left = (number * 716_301_529_381 + 511) % (1 << 40)
        letters = "".join(self.alphabet[left >> shift & 31] for shift in range(35, -1, -5))
        return f"AA-{letters[:4]}-{letters[4:]}-{self.check_character(letters)}"

    def text(self, of: Lottery, least: int, most: int) -> str:
        return " ".join(of.draw(self.chance, self.chance.randint(least, most)))

    def transcripts(self, reference: str) -> list[dict[str, Any]]:
        words = self.chance.randint(25, LONGEST // 2)
        found = []
        for language, of in (("ar", self.arabic), ("en", self.english)):
            spoken = of.draw(self.chance, words)
            segments = [
                {
                    "start_s": float(start // 2),
                    "end_s": float(start // 2 + 5),
                    "speaker": "",
                    "text": " ".join(spoken[start : start + 10]),
                }
                for start in range(0, words, 10)
            ]
            found.append(
                {
                    "language": language,
                    "status": "reviewed",
                    "clip": reference,
                    "segments": segments,
                }
            )
        return found

    def filmed(self) -> tuple[str, date | None, date | None, bool]:
        """EDTF, bounds and certainty: mostly a day, sometimes a doubted one, a month or nothing."""
        day = FIRST_DAY + timedelta(self.days.draw(self.chance)[0])
        kind = self.chance.random()
        if kind < 0.85:
            return day.isoformat(), day, day, True
        if kind < 0.90:
            return f"{day.isoformat()}~", day, day, False
        if kind < 0.97:
            last = (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
            return f"{day:%Y-%m}", day.replace(day=1), last, True
        return "XXXX", None, None, False

    def document(self, number: int) -> dict[str, Any]:
        """The declared fields of record `number`, in the order of their declaration."""
        chance, reference = self.chance, self.reference(number)
        filmed, first, last, certain = self.filmed()
        testimony = chance.random() < 0.02
        (place,) = self.places.draw(chance)
        named = chance.random() < 0.8
        advised = chance.random() < 0.2
        return {
            "schema_number": 1,
            "kind": "testimony" if testimony else "clip",
            "reference": reference,
            "medium": None if testimony else chance.choice(MEDIA),
            "title_en": self.text(self.english, 4, 9),
            "title_ar": self.text(self.arabic, 4, 9),
            "summary_en": self.text(self.english, 10, 30),
            "summary_ar": self.text(self.arabic, 10, 30),
            "original_language": "ar",
            "filmed": filmed,
            "filmed_from": first,
            "filmed_to": last,
            "filmed_certain": certain,
            "filmed_basis": "journalist",
            "filmed_confidence": "probable",
            "place": place,
            "neighbourhood": place,
            "place_precision": "neighbourhood",
            "place_basis": "landmarks",
            "place_confidence": "confirmed",
            "latitude": 36.2,
            "longitude": 37.15,
            "journalist": self.people.draw(chance)[0] if named else None,
            "witness": None,
            "credit": "byline" if named else "withheld",
            "subjects": sorted(set(self.subjects.draw(chance, chance.randint(1, 3)))),
            "events": ["bakery-strike"] if chance.random() < 0.01 else [],
            "shots": [],
            "advisory_level": "sensitive" if advised else "none",
            "advisories": [{"code": chance.choice(self.advisories), "start_s": None, "end_s": None}]
            if advised
            else [],
            "languages": ["ar", "en"] if chance.random() < 0.1 else ["ar"],
            "rights": "filmer-consent",
            "rights_note": "",
            "verification": self.verification.draw(chance)[0],
            "duration_s": round(chance.uniform(5, 600), 1),
            "download": False,
            "renditions": [],
            "transcripts": self.transcripts(reference) if chance.random() < TRANSCRIBED else [],
            "master_fixity": None,
            "demonstration": True,
        }


Row = tuple[Any, ...]
RECORD = (
    "id kind reference version schema published_at revised_at withdrawal_reason change changed_on "
    "document digest filmed_from filmed_to filmed_certain"
).split()
TERM = "record_id facet value".split()


def rows(number: int) -> Iterator[tuple[list[Row], list[Row]]]:
    """The rows of records and of their terms, in pieces."""
    import orjson

    invention = Invention()
    records: list[Row] = []
    terms: list[Row] = []
    for key in range(1, number + 1):
        document = invention.document(key)
        text = orjson.dumps(document).decode()
        published = PUBLISHED + timedelta(seconds=11 * key)
        records.append(
            (
                *(key, document["kind"], document["reference"], 1, 1, published, published),
                *("", key, published.date(), text, hashlib.sha256(text.encode()).hexdigest()),
                *(document["filmed_from"], document["filmed_to"], document["filmed_certain"]),
            )
        )
        terms += [(key, facet, value) for facet, value in terms_of(document)]
        if len(records) == PIECE:
            yield records, terms
            records, terms = [], []
    yield records, terms


def terms_of(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What `Record.terms` says, of a document that is known to be valid (a test compares them)."""
    for facet in ("kind", "medium", "neighbourhood", "journalist", "witness", "verification"):
        if document[facet]:
            yield facet, document[facet]
    for facet in ("subjects", "events", "languages"):
        for value in document[facet]:
            yield facet.removesuffix("s"), value
    for advisory in document["advisories"]:
        yield "advisory", advisory["code"]


def fill(number: int) -> None:
    """Write so many records, the names they use and the change number. Only into an empty one."""
    from django.core.management.color import no_style
    from django.db import connection, transaction

    from footage.catalogue.models import PublicAuthority, PublicRecord, PublicState, PublicTerm

    if PublicRecord.objects.exists():
        raise SystemExit("The catalogue holds records already; name an empty ARCHIVE_DATA.")
    put = _copied if connection.vendor == "postgresql" else _inserted
    for records, terms in rows(number):
        with transaction.atomic(), connection.cursor() as cursor:
            put(cursor, "catalogue_publicrecord", RECORD, records)
            put(cursor, "catalogue_publicterm", TERM, terms)
    places = [("neighbourhood", f"quarter-{each:02}", f"Quarter {each}") for each in range(80)]
    people = [("journalist", f"person-{each:03}", f"Person {each}") for each in range(200)]
    names = [*places, *people, ("event", "bakery-strike", "The bakery strike")]
    for kind, slug, name in names:
        PublicAuthority.objects.update_or_create(
            kind=kind, slug=slug, defaults={"name_en": name, "name_ar": f"اسم {name}"}
        )
    PublicState.objects.filter(pk=1).update(change=number, authorities=1)
    with connection.cursor() as cursor:
        # Keys were given: PostgreSQL would begin at 1 again for what is published later.
        for statement in connection.ops.sequence_reset_sql(no_style(), [PublicRecord, PublicTerm]):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def _inserted(cursor: Any, table: str, columns: list[str], found: list[Row]) -> None:
    marks = ", ".join(["%s"] * len(columns))
    names = ", ".join(f'"{column}"' for column in columns)
    plain = [tuple(str(v) if isinstance(v, date) else v for v in row) for row in found]
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608  (our own names)
    cursor.executemany(statement, plain)


def _copied(cursor: Any, table: str, columns: list[str], found: list[Row]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in found:
            copy.write_row(row)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=100_000)
    number = parser.parse_args().number
    if "ARCHIVE_DATA" not in os.environ:
        # The default is where the real archive lies.
        parser.error("name a folder for the invented records: ARCHIVE_DATA=/tmp/million")
    started = time.monotonic()
    prepare()
    fill(number)
    taken = time.monotonic() - started
    print(f"{number} records in {taken:.0f} s ({number / taken:.0f} a second)")


def filled(number: int) -> int:
    """How many records there are; so many are invented first where there is none."""
    from footage.catalogue.models import PublicRecord

    if not PublicRecord.objects.exists():
        fill(number)
    return PublicRecord.objects.count()


def prepare() -> None:
    """Django, and the tables of the archive that ARCHIVE_DATA and DATABASE_URL name.

    Without ARCHIVE_DATA it is one of this process's own, gone at its end.
    """
    if "ARCHIVE_DATA" not in os.environ:
        scratch = tempfile.TemporaryDirectory()
        atexit.register(scratch.cleanup)
        os.environ["ARCHIVE_DATA"] = scratch.name
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aleppo_archive.settings")
    django.setup()
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
