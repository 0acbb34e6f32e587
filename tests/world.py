"""The cast of the tests, and hand-written builders of what they work on.

Everybody here is invented. A builder makes one whole, publishable thing; a test changes what its
sentence is about. Files are real ones, in the stores of the test.
"""

import hashlib
import itertools
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from footage import identities, publishing
from footage.catalogue.models import PublicRecord
from footage.inbox import receiving
from footage.inbox.models import Message
from footage.ingest.models import Master, Rendition
from footage.models import (
    Clip,
    Event,
    Location,
    NearDuplicate,
    Testimony,
    TestimonyRange,
    Transcript,
    TranscriptSegment,
)
from people.models import Consent, Journalist, SealedIdentity, Use, Witness

MEDIA = Path(__file__).parent / "data" / "media"
numbers = itertools.count(1)


# --- Staff -----------------------------------------------------------------------------------
def staff(username: str, *permissions: str, **fields: Any) -> User:
    """A member of staff with these permissions of the clip (publish_clip, override_clip)."""
    user, _new = User.objects.get_or_create(
        username=username, defaults={"is_staff": True, "is_active": True, **fields}
    )
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    return User.objects.get(pk=user.pk)


def publisher() -> User:
    return staff("publisher", "publish_clip")


def archivist() -> User:
    return staff("archivist")


def custodian() -> User:
    return staff("custodian", "publish_clip", "override_clip")


# --- Places ----------------------------------------------------------------------------------
def shaar() -> Location:
    """The neighbourhood al-Shaar, in its district and city."""
    city = _place("aleppo", "city", "Aleppo", "حلب", None, 36.2, 37.16)
    district = _place("al-shaar-district", "district", "al-Shaar district", "قطاع الشعار", city)
    return _place("al-shaar", "neighbourhood", "al-Shaar", "الشعار", district, 36.21, 37.18)


def bakery_street() -> Location:
    """A street inside al-Shaar, finer than most readers may know."""
    return _place(
        "bakery-street", "street", "Bakery street", "شارع الفرن", shaar(), 36.2112, 37.1834
    )


def _place(
    slug: str,
    kind: str,
    name_en: str,
    name_ar: str,
    parent: Location | None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Location:
    place, _new = Location.objects.get_or_create(
        slug=slug,
        defaults={
            "kind": kind,
            "name_en": name_en,
            "name_ar": name_ar,
            "parent": parent,
            "latitude": latitude,
            "longitude": longitude,
        },
    )
    return place


# --- People ----------------------------------------------------------------------------------
def journalist(byline: str = "Nour", *, uses: tuple[str, ...] = (Use.VIEW,), **fields: Any) -> Any:
    """A journalist who goes by a pseudonym and consents to `uses`."""
    person = Journalist.objects.create(
        **{
            "byline_en": byline,
            "byline_ar": f"{byline} بالعربية",
            "biography_en": "Films daily life.",
            "biography_ar": "يصوّر الحياة اليومية.",
            "protection": "pseudonym",
            **fields,
        }
    )
    consent(person, *uses)
    return person


def witness(
    byline: str = "Umm Khaled", *, uses: tuple[str, ...] = (Use.VIEW,), **fields: Any
) -> Any:
    person = Witness.objects.create(
        **{
            "byline_en": byline,
            "byline_ar": f"{byline} بالعربية",
            "protection": "pseudonym",
            **fields,
        }
    )
    consent(person, *uses)
    return person


def consent(person: Journalist | Witness, *uses: str, granted: bool = True, **fields: Any) -> None:
    side = "journalist" if isinstance(person, Journalist) else "witness"
    for use in uses:
        Consent.objects.create(
            **{side: person},
            use=use,
            granted=granted,
            how_recorded="signed form",
            recorded_by=custodian(),
            **fields,
        )


def sealed_identity(person: Journalist | Witness, **values: str) -> SealedIdentity:
    """Seal `legal_name`, `contacts` and `notes` of a person."""
    side = "journalist" if isinstance(person, Journalist) else "witness"
    identity = SealedIdentity(**{side: person})
    identities.keep(identity, {field: values.get(field, "") for field in SealedIdentity.FIELDS})
    return identity


# --- Footage ---------------------------------------------------------------------------------
def master(**technical: Any) -> Master:
    """A master that was received and examined, with a poster and a playable copy."""
    content = f"master {next(numbers)}".encode()
    held = Master.objects.create(
        digest=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        media_type="video/mp4",
        technical_metadata={"kind": "video", "duration_s": 12.0, **technical},
    )
    rendition(held, "poster", "image/jpeg", b"\xff\xd8 a poster \xff\xd9" + content)
    rendition(held, "playable", "video/mp4", b"a playable copy " * 4096 + content)
    return held


def rendition(of: Master, role: str, media_type: str, content: bytes) -> Rendition:
    name = storages["working"].save(f"{role}-{next(numbers)}", ContentFile(content))
    return Rendition.objects.create(
        master=of,
        role=role,
        recipe=1,
        name=name,
        media_type=media_type,
        bytes=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        width=640,
        height=360,
        duration_s=None if role == "poster" else 12.0,
    )


def near_duplicate(first: Clip, second: Clip, verdict: str = "", **fields: Any) -> NearDuplicate:
    """A proposal that two clips show the same footage, with its frames; or a decision."""
    frames = [
        storages["working"].save(f"frames-{next(numbers)}.jpg", ContentFile(b"\xff\xd8 frames"))
        for _ in range(2)
    ]
    pair = NearDuplicate.objects.create(
        **{
            "first": first.master,
            "second": second.master,
            "kind": "re-encoded",
            "picture": "re-encoded",
            "offset_s": 0.0,
            "matched": 12,
            "distance": 14,
            "moments": [[1.0, 1.0], [4.0, 4.0], [7.0, 7.0], [10.0, 10.0]],
            "first_frames": frames[0],
            "second_frames": frames[1],
            **fields,
        }
    )
    if verdict:
        pair.decide(verdict, by=archivist())
    return pair


def clip(**fields: Any) -> Clip:
    """A clip that nothing stands against publishing."""
    if "journalist" not in fields:
        fields["journalist"] = Journalist.objects.filter(byline_en="Nour").first() or journalist()
    if "location" not in fields:
        fields["location"] = shaar()
    made = Clip(
        **{
            "master": fields.pop("master", None) or master(),
            "title_en": "Bread queue at dawn",
            "title_ar": "طابور الخبز عند الفجر",
            "summary_en": "People wait in front of a bakery.",
            "summary_ar": "ينتظر الناس أمام فرن.",
            "original_language": "ar",
            "languages": ["ar"],
            "filmed": "2016-09-24",
            "filmed_basis": "journalist",
            "filmed_confidence": "confirmed",
            "location_precision": "neighbourhood",
            "location_basis": "journalist",
            "location_confidence": "confirmed",
            "credit": "byline",
            "rights": "cc-by-4-0",
            "advisory_level": "none",
            "subjects": ["food-and-bread"],
            "verification": "verified",
            **fields,
        }
    )
    made.full_clean(exclude=["master"])
    made.save()
    return made


def transcript(of: Clip, language: str, *lines: tuple[int, int, str]) -> Transcript:
    """A transcript with lines of (start in ms, end in ms, text)."""
    made = Transcript.objects.create(clip=of, language=language)
    for start_ms, end_ms, text in lines:
        TranscriptSegment.objects.create(
            transcript=made, start_ms=start_ms, end_ms=end_ms, speaker="", text=text
        )
    return made


def testimony(
    carried_by: Clip, *, start_s: float = 0, end_s: float | None = None, **fields: Any
) -> Any:
    """A publishable testimony heard in a range of `carried_by`."""
    made = Testimony.objects.create(
        **{
            "witness": fields.pop("witness", None) or witness(),
            "title_en": "A day without water",
            "title_ar": "يوم بلا ماء",
            "original_language": "ar",
            "languages": ["ar"],
            "given": "2016-10",
            "credit": "byline",
            "rights": "cc-by-4-0",
            **fields,
        }
    )
    TestimonyRange.objects.create(testimony=made, clip=carried_by, start_s=start_s, end_s=end_s)
    return made


def event(slug: str = "the-well-opens", **fields: Any) -> Event:
    return Event.objects.create(
        **{
            "slug": slug,
            "title_en": "The well opens",
            "title_ar": "افتتاح البئر",
            "happened": "2016-09-24",
            **fields,
        }
    )


def published(item: Clip | Testimony | None = None, **fields: Any) -> PublicRecord:
    """Publish `item`, or a new clip with these fields."""
    return publishing.publish(item or clip(**fields), by=publisher())


def message(words: str = "My brother is seen at the door.", **asked: Any) -> Message:
    """What a reader wrote: not urgent, about no record, unless said otherwise."""
    asked = {"concern": "removal", "urgent": False, "reference": "", "words": words, **asked}
    known = set(Message.objects.values_list("pk", flat=True))
    receiving.keep(asked, language="en")
    return Message.objects.exclude(pk__in=known).get()


def day(text: str) -> date:
    return date.fromisoformat(text)
