"""What each column of the private tables is to a reader. Whoever adds a column says it here.

public  readers see it once staff publish the row (no finer than chosen, where that is chosen)
sealed  never public, and drawn blindly: any value may stand there
gate    never public, but it decides whether something may be published; the two worlds draw it
        among values that decide alike
apart   holds nothing of its own: what was derived, or what code needs (keys need no line here)

Whole models are sealed by `ALL`; a foreign key to the staff is sealed without a line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

PRIVATE = ("people", "footage", "ingest", "custody", "inbox", "auth", "django_tasks_database")
# Django's own lists of what may be done: the same in every archive.
NOT_OF_PEOPLE = {"Permission", "Group"}
ALL = "*"


@dataclass(frozen=True)
class Claim:
    public: str = ""
    sealed: str = ""
    gate: str = ""
    apart: str = ""

    def of(self, kind: str) -> set[str]:
        return set(getattr(self, kind).split())


DESCRIBED = (
    "title_en title_ar summary_en summary_ar reference original_language languages credit rights"
    " rights_note demonstration"
)
PERSON = Claim(
    public="byline_en byline_ar biography_en biography_ar demonstration",
    sealed="source",
    gate="protection",
)
DECISION = "embargo_until decision_reason decision_by decision_at"

CLAIMS = {
    "Journalist": PERSON,
    "Witness": PERSON,
    "PublicSlug": Claim(public="slug", apart="journalist witness"),
    "SealedIdentity": Claim(
        sealed="legal_name_sealed contacts_sealed notes_sealed name_tags",
        apart="journalist witness",
    ),
    "Consent": Claim(
        sealed="how_recorded", gate="use granted given_on until recorded_at journalist witness"
    ),
    "Location": Claim(
        public="slug kind parent name_en name_ar variants latitude longitude polygon",
        sealed="source note",
    ),
    "Event": Claim(
        public="slug title_en title_ar summary_en summary_ar happened location source_en source_ar"
        " demonstration",
        apart="happened_from happened_to",
    ),
    "Film": Claim(
        public="slug title_en title_ar summary_en summary_ar broadcast_title_en broadcast_title_ar"
        " broadcaster_en broadcaster_ar broadcast_on source_en source_ar demonstration"
    ),
    "FilmShot": Claim(public="film clip position start_s end_s"),
    "Clip": Claim(
        public=f"{DESCRIBED} kind filmed filmed_precision filmed_confidence location"
        " location_precision location_confidence journalist subjects advisory_level"
        " verification verifiable_in_public",
        sealed="accessioned_at original_filename source_note custody_note suggestions",
        # The exact position is public where the precision says so, and only there whether a device
        # recorded one or the journalist said where it was; of the date, where the day is shown.
        gate=f"{DECISION} latitude longitude location_basis filmed_basis",
        apart="filmed_from filmed_to master",
    ),
    "ClipAdvisory": Claim(public="clip advisory start_s end_s"),
    "Appearance": Claim(sealed="description", gate="clip witness identifiable at_risk resolved"),
    "Testimony": Claim(
        public=f"{DESCRIBED} given witness",
        sealed="accessioned_at",
        gate=f"{DECISION} legal_hold",
        apart="given_from given_to",
    ),
    "TestimonyRange": Claim(public="testimony clip start_s end_s"),
    "Transcript": Claim(public="clip language status"),
    "TranscriptSegment": Claim(public="transcript start_ms end_ms speaker text"),
    "FrameHashes": Claim(sealed="recipe frames held hashed_at"),
    # Readers are told of a decision where both clips are public and say alike.
    "NearDuplicate": Claim(
        sealed="kind picture matched distance moments first_frames second_frames note"
        " proposed_at decided_at",
        gate="verdict offset_s",
        apart="first second",
    ),
    # Repeats what the clip or testimony said when it was published.
    "Reliance": Claim(apart="reference journalist witness seen"),
    "TwoPersonRequest": Claim(sealed=ALL),
    "Master": Claim(
        # Readers see how long it is and, by its copies, which kind of recording.
        public="incomplete",
        sealed="digest bytes media_type technical_metadata credentials received_at",
        gate="unplayable shortfall deaccessioned_at",
    ),
    # Published as what the copy is; under another name.
    "Rendition": Claim(
        public="role media_type bytes digest width height duration_s incomplete detail",
        sealed="recipe made_at",
        gate="silenced",
        apart="master name",
    ),
    "Deaccession": Claim(sealed=ALL),
    "Upload": Claim(sealed=ALL),
    "CustodyEvent": Claim(sealed=ALL),
    "Copy": Claim(sealed=ALL),
    "PublicKey": Claim(public="raw", apart="made_at"),
    "PrivateKey": Claim(sealed=ALL),
    "Message": Claim(sealed=ALL),
    "Handling": Claim(sealed=ALL),
    "Outcome": Claim(public="answer day"),
    "User": Claim(sealed=ALL),
    "DBTaskResult": Claim(sealed=ALL),
}


def private_models() -> Iterator[type[models.Model]]:
    """Every model of a private app, without the histories, which repeat another one's columns."""
    for label in PRIVATE:
        for model in apps.get_app_config(label).get_models():
            if not hasattr(model, "history_id") and model.__name__ not in NOT_OF_PEOPLE:
                yield model


def fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def is_staff(field: models.Field[Any, Any]) -> bool:
    return field.related_model is get_user_model()


def unclaimed() -> list[str]:
    """Columns that no claim names, and claims that name no column or name one twice."""
    wrong = []
    for model in private_models():
        claim = CLAIMS.get(model.__name__)
        if claim is None:
            wrong.append(f"{model.__name__}: not in tests/walls/sealed.py")
            continue
        if claim.sealed == ALL:
            continue
        named = [name for kind in claim.__annotations__ for name in getattr(claim, kind).split()]
        known = {field.name for field in fields(model)}
        needed = {field.name for field in fields(model) if not is_staff(field)}
        wrong += [
            f"{model.__name__}.{name}: say what it is to readers" for name in needed - {*named}
        ]
        wrong += [f"{model.__name__}.{name}: no such column" for name in {*named} - known]
        wrong += [f"{model.__name__}.{name}: said twice" for name in named if named.count(name) > 1]
    return sorted(wrong)


def sealed_fields() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    """Every column that is sealed and drawn blindly."""
    for model in private_models():
        claim = CLAIMS[model.__name__]
        for field in fields(model):
            if claim.sealed == ALL or field.name in claim.of("sealed"):
                yield model, field


def gates() -> set[str]:
    """ "Model.field" of everything sealed that decides about publication."""
    return {f"{name}.{field}" for name, claim in CLAIMS.items() for field in claim.of("gate")}
