"""Archives drawn in pairs that differ in sealed values alone, and what a stranger gets of them.

A world has two sources of chance. `public` draws what readers may know, the same in every world of
one public seed. `sealed` draws the rest: the identities, the exact places and times, the files, the
staff, what nobody published and what a withdrawn record contained. Clock, random names and keys
are the same. Sealed columns are found by introspection (`tests.walls.sealed`).
"""

import hashlib
import random
import secrets
import shutil
import string
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone

from footage import publishing, vocabularies
from footage.accession import enqueue_examination
from footage.catalogue import authorities
from footage.catalogue.index import generations
from footage.custody.models import Copy, CustodyEvent
from footage.dates import parse
from footage.inbox.models import Handling, Message, Outcome, PrivateKey, PublicKey
from footage.ingest.models import Deaccession, Master, Rendition, Upload
from footage.models import (
    Appearance,
    Clip,
    Event,
    Film,
    FrameHashes,
    Location,
    NearDuplicate,
    Testimony,
)
from footage.models.two_persons import Act, ask_for
from footage.publishing.coarsening import MERGED_BASES, MERGED_DATE_BASES
from footage.references import ALPHABET, check_character
from footage.vocabularies import ANSWERS
from people.models import Consent, Journalist, SealedIdentity, Use, Witness
from tests import world
from tests.walls import sealed

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LETTERS = string.ascii_letters + "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
COPIES = {
    "video": (("poster", "image/jpeg"), ("playable", "video/mp4")),
    "photograph": (("poster", "image/jpeg"), ("photograph", "image/jpeg")),
    "sound": (("sound", "audio/mp4"),),
}
TOLD = ("title_en", "title_ar", "summary_en", "summary_ar", "rights_note")


class Machine:
    """The same clock, the same empty stores and the same random names for every world."""

    def __init__(self, monkeypatch: Any, stores: Path) -> None:
        self.chance, self.stores, self.monkeypatch = random.Random(), stores, monkeypatch
        monkeypatch.setattr(timezone, "now", lambda: NOON)
        monkeypatch.setattr(secrets, "token_hex", lambda size=16: self.chance.randbytes(size).hex())
        monkeypatch.setattr(secrets, "choice", lambda among: self.chance.choice(among))
        monkeypatch.setattr(secrets, "randbelow", lambda below: self.chance.randrange(below))

    def begin(self) -> None:
        # Files outlive a rolled-back world, and a taken name would cost a random number more.
        for store in self.stores.iterdir():
            shutil.rmtree(store)
        self.monkeypatch.setattr(world, "numbers", count(1))
        authorities.forget()
        # Two indexes with one name, as only here: the names are drawn alike.
        generations._views.clear()
        self.draw("the beginning")

    def draw(self, what: str) -> None:
        """Begin the random names of one act: how many others were drawn before is sealed."""
        self.chance.seed(what)


def is_text(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.CharField | models.TextField | models.JSONField)


class World:
    """One archive."""

    def __init__(self, public: str, sealed: str, machine: Machine) -> None:
        self.public = random.Random(f"public {public}")
        self.sealed = random.Random(f"sealed {public} {sealed}")
        self.machine = machine
        self.gates: set[str] = set()
        self.models: set[str] = set()

    # --- Chance ------------------------------------------------------------------------------
    def gate(self, name: str, *choices: Any) -> Any:
        """A sealed value that decides about publication, among values that decide alike."""
        self.gates.add(name)
        return self.sealed.choice(choices)

    def few(self) -> int:
        """How many there are of what nobody outside should notice."""
        return self.sealed.randint(0, 2)

    def words(self, chance: random.Random, most: int = 6) -> str:
        return " ".join(
            "".join(chance.choices(LETTERS, k=chance.randint(5, 9)))
            for _ in range(chance.randint(1, most))
        )

    def reference(self, chance: random.Random) -> str:
        body = "".join(chance.choices(ALPHABET, k=8))
        return f"AA-{body[:4]}-{body[4:]}-{check_character(body)}"

    def some(self, vocabulary: vocabularies.Vocabulary, most: int = 2) -> list[str]:
        codes = [code for code in vocabulary.codes if code not in {"zxx", "und"}]
        return sorted(self.public.sample(codes, self.public.randint(1, most)))

    def value(self, field: models.Field[Any, Any], standing: Any) -> Any:
        """Any value for a sealed column: blindly, by the kind of column it is."""
        if isinstance(field, models.ForeignKey) or field.choices or standing is None:
            return standing
        if isinstance(field, models.JSONField):
            kept = standing if isinstance(standing, dict) else {}
            return {**kept, "make": self.words(self.sealed), "lines": [self.words(self.sealed)]}
        if "digest" in field.name:
            return f"{self.sealed.getrandbits(256):064x}"
        if isinstance(field, models.CharField | models.TextField):
            text = self.words(self.sealed, 12)
            return text[: field.max_length] if standing or self.sealed.random() < 0.7 else ""
        if isinstance(field, models.DateTimeField):
            return NOON - timedelta(minutes=self.sealed.randint(0, 10**6))
        if isinstance(field, models.IntegerField) and not isinstance(field, models.BooleanField):
            return self.sealed.randint(1, 32_000)
        return standing

    def fill(self) -> None:
        """Write other values into every sealed column of every row there is."""
        for model, field in sealed.sealed_fields():
            # Append-only rows and sealed bytes are drawn when they are made.
            if model in {CustodyEvent, Consent, SealedIdentity}:
                continue
            # Where a whole model is sealed its numbers and times may be bound to each other.
            if sealed.CLAIMS[model.__name__].sealed == sealed.ALL and not is_text(field):
                continue
            for row in model._default_manager.all():
                if isinstance(row, Master) and field.name == "digest" and self.verifiable(row):
                    continue
                value = self.value(field, getattr(row, field.attname))
                model._default_manager.filter(pk=row.pk).update(**{field.attname: value})

    def verifiable(self, master: Master) -> bool:
        return Clip.objects.filter(master=master, verifiable_in_public=True).exists()

    # --- People ------------------------------------------------------------------------------
    def person(self, model: Any, protection: str, *uses: str) -> Any:
        """Somebody whose byline is public (unless withheld) and whose identity is sealed."""
        chance = self.sealed if protection == "withheld" else self.public
        name = self.words(chance, 1)
        if protection != "withheld":
            protection = self.gate(f"{model.__name__}.protection", "named", "pseudonym")
        made = model.objects.create(
            byline_en=name,
            byline_ar=f"{name} ع",
            biography_en=self.words(chance),
            biography_ar=self.words(chance),
            protection=protection,
        )
        self.identity(made)
        for use in (Use.VIEW, *uses):
            self.consents(made, use)
        return made

    def identity(self, person: Any) -> None:
        if self.sealed.random() < 0.7:
            world.sealed_identity(
                person, **{name: self.words(self.sealed) for name in SealedIdentity.FIELDS}
            )

    def consents(self, person: Any, use: str) -> None:
        """A history of statements, the newest of which grants the use."""
        side = "journalist" if isinstance(person, Journalist) else "witness"
        self.gates |= {f"Consent.{side}", "Consent.recorded_at", "Consent.use"}
        unsaid = [each for each in (Use.BROADCAST, Use.COURT) if self.sealed.random() < 0.5]
        statements = [(use, granted) for granted in self.gate("Consent.granted", (), (True, False))]
        for said, granted in [*statements, (use, True), *((each, True) for each in unsaid)]:
            Consent.objects.create(
                **{side: person},
                use=said,
                granted=granted,
                given_on=self.gate("Consent.given_on", date(2020, 1, 1), date(2024, 2, 3)),
                until=self.gate("Consent.until", None, date(2040, 1, 1)),
                how_recorded=self.words(self.sealed),
                recorded_by=self.somebody(),
            )

    def somebody(self) -> Any:
        return world.staff(self.sealed.choice(self.staff), "publish_clip")

    # --- Footage -----------------------------------------------------------------------------
    def master(self, reference: str, kind: str, duration: float, chance: random.Random) -> Master:
        """Bytes nobody sees, and copies whose bytes everybody may."""
        digest = f"{self.sealed.getrandbits(256):064x}"
        metadata: dict[str, Any] = {"kind": kind}
        if kind != "photograph":
            metadata["duration_s"] = duration
        held = Master.objects.create(
            digest=digest,
            bytes=self.sealed.randint(1000, 10**9),
            media_type=self.sealed.choice(["video/mp4", "video/quicktime", "video/3gpp"]),
            technical_metadata=metadata,
            unplayable=self.gate("Master.unplayable", ""),
            shortfall=self.gate("Master.shortfall", "", "decoder-failed"),
            deaccessioned_at=self.gate("Master.deaccessioned_at", None),
            received_by=self.sealed.choice([None, self.somebody()]),
        )
        if self.sealed.random() < 0.5:
            Copy.objects.create(digest=digest, store=Copy.Store.MASTERS)
        for role, media_type in COPIES[kind]:
            content = f"{role} of {reference} ".encode() * chance.randint(100, 3000)
            name = storages["working"].save(self.words(self.sealed, 1), ContentFile(content))
            Rendition.objects.create(
                master=held,
                role=role,
                recipe=1,
                name=name,
                media_type=media_type,
                bytes=len(content),
                digest=hashlib.sha256(content).hexdigest(),
                width=640,
                height=360,
                silenced=self.gate("Rendition.silenced", True, False),
            )
        return held

    def clip(self, public: bool = True, **fields: Any) -> Clip:
        """A clip whose public face is drawn from `public`; all of it from `sealed` if a draft."""
        chance = self.public if public else self.sealed
        reference = self.reference(chance)
        kind = chance.choice(list(COPIES))
        shown, precision = self.shown_date(chance)
        place, seen_to = self.shown_place(chance)
        duration = float(chance.randint(3, 90))
        level = chance.choice(["none", "none", "graphic", "withheld"])
        downloads = chance.random() < 0.5
        byline = chance.random() < 0.6
        position = (chance.uniform(36.1, 36.3), chance.uniform(37.0, 37.3))
        told = {name: self.words(chance) for name in TOLD}
        exact = seen_to == "exact"
        self.gates |= {"Clip.latitude", "Clip.longitude", "Clip.filmed_basis"}
        if not exact:
            position = self.sealed.choice([(None, None), (36.2 + self.sealed.random() / 99, 37.1)])
        basis = chance.choice(vocabularies.PLACE_BASIS.codes)
        if seen_to == "unknown":
            basis = self.gate("Clip.location_basis", *vocabularies.PLACE_BASIS.codes)
        elif not exact:
            basis = self.gate("Clip.location_basis", *sorted(MERGED_BASES))
        known = chance.choice(vocabularies.FILMED_BASIS.codes)
        if precision in ("month", "year"):
            known = self.gate("Clip.filmed_basis", *sorted(MERGED_DATE_BASES))
        signed = self.signed("Clip") if not (byline or downloads) else {}
        made = world.clip(
            **{
                **told,
                "reference": reference,
                "kind": kind,
                "master": self.master(reference, kind, duration, chance),
                "filmed": self.finer_date(shown, precision),
                "filmed_precision": precision,
                "filmed_basis": known,
                "filmed_confidence": chance.choice(vocabularies.CONFIDENCE.codes),
                "location": self.finer_place(place, seen_to),
                "location_precision": seen_to,
                "location_basis": basis,
                "latitude": position[0],
                "longitude": position[1],
                "journalist": self.filmed_by(byline, downloads, signed),
                "credit": "byline" if byline else "withheld",
                "subjects": [chance.choice(vocabularies.SUBJECTS.codes)],
                "verification": chance.choice(vocabularies.VERIFICATION.codes),
                "verifiable_in_public": chance.random() < 0.2,
                "advisory_level": level,
                "embargo_until": self.gate("Clip.embargo_until", None, date(2026, 11, 22)),
                **signed,
                **fields,
            }
        )
        if level != "none":
            made.advisories.create(advisory=chance.choice(vocabularies.ADVISORIES.codes))
        if made.verifiable_in_public:
            digest = f"{chance.getrandbits(256):064x}"
            Master.objects.filter(pk=made.master_id).update(digest=digest)
        for language in ("ar", "en"):
            lines = [(n * 1000, n * 1000 + 900, self.words(chance)) for n in range(2)]
            world.transcript(made, language, *lines)
        if chance.random() < 0.5:
            made.events.add(*self.events[:1])
        if chance.random() < 0.5:
            places = count(1) if public else count(self.sealed.randint(50, 10**6))
            taken = set(self.film.shots.values_list("position", flat=True))
            place_in_film = next(number for number in places if number not in taken)
            made.shots.create(film=self.film, position=place_in_film, start_s=0, end_s=1)
        self.appearances(made)
        return made

    def signed(self, model: str) -> dict[str, Any]:
        """Consent, or the signed decision that stands in for it."""
        decided = self.gate(f"{model}.decision_reason", "", "It is evidence.")
        self.gates |= {f"{model}.decision_by", f"{model}.decision_at"}
        if not decided:
            return {}
        return {"decision_reason": decided, "decision_by": self.somebody(), "decision_at": NOON}

    def filmed_by(self, byline: bool, downloads: bool, signed: Any) -> Journalist | None:
        if byline:
            return self.journalists[downloads]
        others = [self.journalists[downloads], self.withheld[downloads]]
        return self.sealed.choice([*others, None] if signed else others)

    def appearances(self, clip: Clip) -> None:
        """Who is seen: nobody at risk, whatever the words."""
        for witness in self.gate("Appearance.witness", (), (None,), (None, self.witnesses[0])):
            Appearance.objects.create(
                clip=clip,
                witness=witness,
                description=self.words(self.sealed),
                identifiable=witness is not None and self.gate("Appearance.identifiable", True),
                at_risk=self.gate("Appearance.at_risk", True, False),
                resolved=self.gate("Appearance.resolved", "masked", "safe abroad now"),
            )
        self.gates.add("Appearance.clip")

    def testimony(self, clip: Clip, public: bool = True) -> Testimony:
        chance = self.public if public else self.sealed
        byline = chance.random() < 0.5
        told = {name: self.words(chance) for name in TOLD}
        fields = {
            "reference": self.reference(chance),
            "given": self.finer_date(f"2016-10-{chance.randint(10, 28)}", "day"),
        }
        others = [self.witnesses[0], self.silent]
        return world.testimony(
            clip,
            **told,
            **fields,
            end_s=chance.choice([None, 1.5]),
            witness=self.witnesses[0] if byline else self.sealed.choice(others),
            credit="byline" if byline else "withheld",
            embargo_until=self.gate("Testimony.embargo_until", None, date(2020, 1, 1)),
            legal_hold=self.gate("Testimony.legal_hold", False),
            **({} if byline else self.signed("Testimony")),
        )

    # --- No finer than may be shown ------------------------------------------------------------
    def shown_date(self, chance: random.Random) -> tuple[str, str]:
        year, month, day = chance.choice([2012, 2016]), chance.randint(1, 12), chance.randint(1, 28)
        precision = chance.choice(["minute", "day", "month", "year"])
        kept = {"year": f"{year}", "month": f"{year}-{month:02}"}
        shown = kept.get(precision, f"{year}-{month:02}-{day:02}")
        if precision == "minute":
            return f"{shown}T{chance.randint(0, 23):02}:{chance.randint(0, 59):02}:00", precision
        return shown + chance.choice(["", "", "?", "~"]), precision

    def finer_date(self, shown: str, precision: str) -> str:
        """A date that is shown as `shown`: more of its digits, or a span inside it."""
        body = shown.rstrip("?~%")
        mark = shown[len(body) :]
        month, day = f"{self.sealed.randint(1, 12):02}", f"{self.sealed.randint(1, 28):02}"
        clock = f"T{self.sealed.randint(0, 23):02}:{self.sealed.randint(0, 59):02}:07"
        finer = {
            "minute": [body[:-2] + f"{self.sealed.randint(0, 59):02}"],
            "day": [body, *([] if mark else [body + clock])],
            "month": [body, f"{body}-{day}", *([] if mark else [f"{body}-{day}{clock}"])],
            "year": [body, f"{body}-{month}", f"{body}-{month}-{day}"],
        }[precision]
        if precision == "month" and not mark:
            finer.append(f"{body}-02/{body}-{max(day, '03')}")
        found = self.sealed.choice(finer) + mark
        parse(found)
        return found

    def shown_place(self, chance: random.Random) -> tuple[Location | None, str]:
        precision = chance.choice(["exact", "site", "neighbourhood", "city", "unknown"])
        city = self.places["city"]
        within = chance.choice([self.places["one"], self.places["two"]])
        return {
            "exact": (within[1], precision),
            "site": (within[1], precision),
            "neighbourhood": (within[0], precision),
            "city": (city, precision),
            "unknown": (None, precision),
        }[precision]

    def finer_place(self, shown: Location | None, precision: str) -> Location | None:
        """Where it was in truth: anywhere inside of what is shown."""
        one, two = self.places["one"], self.places["two"]
        if precision == "city":
            return self.sealed.choice([self.places["city"], *one, *two])
        if precision == "neighbourhood":
            return self.sealed.choice(one if shown == one[0] else two)
        return shown

    # --- The whole -----------------------------------------------------------------------------
    def build(self) -> None:
        self.staff = [self.words(self.sealed, 1) for _ in range(self.sealed.randint(1, 3))]
        shaar, street = world.shaar(), world.bakery_street()
        place = world._place
        lane = place("well-lane", "street", "Well lane", "زقاق البئر", shaar)
        kallaseh = place("al-kallaseh", "neighbourhood", "al-Kallaseh", "الكلاسة", shaar.parent)
        mill = place("mill-yard", "landmark", "Mill yard", "ساحة الطاحون", kallaseh, 36.18, 37.15)
        city = shaar.ancestry()[-1]
        self.places: dict[str, Any] = {
            "city": city,
            "one": [shaar, street, lane],
            "two": [kallaseh, mill],
        }
        self.events = [world.event(happened="2016-09", location=shaar)]
        self.film = Film.objects.create(slug="a-film", title_en="A film", title_ar="فيلم")
        self.journalists = {
            downloads: self.person(Journalist, "named", *([Use.DOWNLOAD] if downloads else []))
            for downloads in (False, True)
        }
        self.withheld = {
            downloads: self.person(Journalist, "withheld", *([Use.DOWNLOAD] if downloads else []))
            for downloads in (False, True)
        }
        self.witnesses = [self.person(Witness, "named")]
        self.silent = self.person(Witness, "withheld")
        self.film.witnesses.add(self.witnesses[0])
        self.key = PublicKey.objects.create(raw=b"k" * 32, made_at=NOON)
        PrivateKey.objects.create(public=self.key, sealed=self.sealed.randbytes(60))
        Outcome.objects.create(code_digest="c" * 64, answer=ANSWERS.codes[0], day=NOON)
        self.unpublished()
        items: list[Any] = [self.clip() for _ in range(4)]
        items.append(self.testimony(items[0]))
        self.near_duplicate(items[0])
        gone = self.withdrawn()
        self.fill()
        for item in [*items, *gone]:
            self.publish(item)
        # What a reader could search for: words of both kinds, for every world of the face.
        self.words_within = [items[0].title_en.split()[0], *gone[0].title_ar.split()[:2]]
        self.words_within += [items[0].source_note, self.places["one"][0].name_ar]
        publisher = self.somebody()
        publishing.publish_authority(self.film, by=publisher)
        for item in gone:
            self.machine.draw(f"withdrawing {item.reference}")
            publishing.withdraw(item.reference, reason="safety", by=publisher)
        self.after_publication(items, gone)
        self.fill()
        self.models |= {
            model.__name__ for model in sealed.private_models() if model._default_manager.exists()
        }

    def near_duplicate(self, public: Clip) -> None:
        """The footage of a public clip is that of a draft, or is not: whatever was decided."""
        draft = self.clip(public=False)
        for clip in (public, draft):
            hashed = self.sealed.randbytes(32)
            FrameHashes.objects.create(master=clip.master, recipe=1, frames=hashed, held=hashed)
        world.near_duplicate(
            public,
            draft,
            self.gate("NearDuplicate.verdict", *NearDuplicate.Verdict.values),
            offset_s=self.gate("NearDuplicate.offset_s", -4.0, 0.0, 30.0),
        )

    def publish(self, item: Any) -> None:
        self.machine.draw(item.reference)
        fresh = type(item).objects.get(pk=item.pk)
        # What gives something away is sealed, and so is that somebody decided.
        given_away = [each.key for each in publishing.undecided(fresh)]
        publishing.publish(fresh, by=self.somebody(), despite=given_away)

    def withdrawn(self) -> list[Any]:
        """Two records of which readers will know the reference, the day and the reason, no more."""
        references = [self.reference(self.public) for _ in range(2)]
        only_here = world._place(
            "blue-door", "street", self.words(self.sealed), "باب", self.places["one"][0]
        )
        clip = self.clip(public=False, reference=references[0])
        if self.sealed.random() < 0.7:
            Clip.objects.filter(pk=clip.pk).update(
                location=only_here, location_precision="site", latitude=None, longitude=None
            )
        clip.events.add(self.event())
        told = self.testimony(self.clip(public=False), public=False)
        Testimony.objects.filter(pk=told.pk).update(reference=references[1])
        return [Clip.objects.get(pk=clip.pk), Testimony.objects.get(pk=told.pk)]

    def event(self) -> Event:
        slug = f"event-{self.sealed.getrandbits(32)}"
        return world.event(slug, title_en=self.words(self.sealed), happened="2016-09-24")

    def unpublished(self) -> None:
        """What nobody published: drafts, embargoes, refusals, places, people and films in work."""
        for _ in range(self.few()):
            draft = self.clip(public=False)
            draft.embargo_until = self.sealed.choice([None, date(2030, 1, 1)])
            draft.save()
            draft.events.add(*([self.event()] if self.sealed.random() < 0.5 else []))
            if self.sealed.random() < 0.5:
                self.testimony(draft, public=False)
        for _ in range(self.few()):
            self.person(self.sealed.choice([Journalist, Witness]), "withheld")
            name = self.words(self.sealed, 1)
            self.person_in_work(name)
            slug = f"place-{self.sealed.getrandbits(32)}"
            world._place(slug, "street", name, name, self.places["one"][0])
            Film.objects.create(slug=f"film-{slug}", title_en=name, title_ar=name)

    def person_in_work(self, name: str) -> None:
        Journalist.objects.create(byline_en=name, byline_ar=name, protection="named")

    def after_publication(self, items: list[Any], gone: list[Any]) -> None:
        """What staff do while the public record stays as it is."""
        for item in items:
            if self.sealed.random() < 0.5:
                # Described anew and not yet revised.
                fields = {name: self.words(self.sealed) for name in TOLD}
                type(item).objects.filter(pk=item.pk).update(**fields)
            if isinstance(item, Clip) and self.sealed.random() < 0.5:
                world.transcript(item, "ku", (0, 1000, self.words(self.sealed)))
        by = self.somebody()
        for _ in range(self.few()):
            held = self.master(self.reference(self.sealed), "video", 9.0, self.sealed)
            Deaccession.objects.create(
                master=held, reference="AA-0000-0000-0", reason=self.words(self.sealed), asked_by=by
            )
            Upload.objects.create(by=by, length=9, expires_at=NOON, metadata="x")
            enqueue_examination(held)
            written = Message.objects.create(
                received=NOON,
                reference=gone[0].reference,
                code_digest=f"{self.sealed.getrandbits(256):064x}",
                key_id=self.key.pk,
                sealed=self.sealed.randbytes(99),
            )
            Handling.objects.create(message=written, taken_by=by, taken_at=NOON)
            ask_for(Act.REINSTATE, gone[0].reference, by=by, reason=self.words(self.sealed))
            refused = self.clip(public=False)
            Clip.objects.filter(pk=refused.pk).update(rights="")
            try:
                publishing.publish(Clip.objects.get(pk=refused.pk), by=by)
            except publishing.NotPublishable:
                continue
