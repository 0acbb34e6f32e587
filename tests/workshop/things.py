"""One thing behind every address of the permission matrix, and the address itself."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.urls import NoReverseMatch, reverse

from footage import publishing
from footage.custody.models import CustodyEvent
from footage.ingest.models import Deaccession
from footage.models import Film, Transcript
from footage.models.two_persons import Act, ask_for
from tests import world
from tests.workshop.claims import CLAIMS, Claim
from tests.workshop.conftest import member

NO_UUID = "00000000-0000-4000-8000-000000000000"


def things() -> dict[str, list[Any]]:
    """The parameters that fill a route, by the name that claims give them (`of`)."""
    draft = world.clip(suggestions={"filmed": {"edtf": "2016-09-24", "why": "device"}})
    public = world.clip(journalist=draft.journalist)
    publishing.publish(public, by=world.publisher())
    speaker = world.witness()
    spoken = world.testimony(draft, witness=speaker)
    public_spoken = world.testimony(public, witness=speaker)
    publishing.publish(public_spoken, by=world.publisher())
    gone = world.clip(journalist=draft.journalist)
    gone_spoken = world.testimony(gone, witness=speaker)
    for item in (gone, gone_spoken):
        publishing.publish(item, by=world.publisher())
        publishing.withdraw(item.reference, reason="safety", by=world.publisher())
    event = world.event()
    film = Film.objects.create(slug="f", title_en="F", title_ar="ف")
    leaving = Deaccession.objects.create(
        master=world.master(), reference="AA-0000-0000-0", reason="x", asked_by=world.archivist()
    )
    asking = world.staff("asking-custodian", "view_sealedidentity")
    unsealing = ask_for(Act.UNSEAL, f"people_witness:{speaker.pk}", by=asking, reason="x")
    pair = world.near_duplicate(draft, public)
    seen = CustodyEvent.objects.filter(subject=public.reference).first()
    assert seen is not None
    return {
        "": [],
        "footage_clip": [draft.pk],
        "footage_clip live": [public.pk],
        "footage_clip withdrawn": [gone.pk],
        "footage_testimony withdrawn": [gone_spoken.pk],
        "footage_clip preview": [draft.pk, "en"],
        "suggestion": [draft.pk, "filmed"],
        "working copy": [draft.master.renditions.first().name],
        "footage_nearduplicate": [pair.pk],
        "frames": [pair.pk, "first"],
        "footage_testimony": [spoken.pk],
        "footage_testimony live": [public_spoken.pk],
        "footage_testimony preview": [spoken.pk, "en"],
        "footage_transcript": [Transcript.objects.create(clip=draft, language="ar").pk],
        "footage_location": [world.shaar().pk],
        "footage_event": [event.pk],
        "footage_film": [film.pk],
        "people_journalist": [draft.journalist.pk],
        "people_witness": [speaker.pk],
        "footage_twopersonrequest": [unsealing.pk],
        "inbox_message": [world.message().pk],
        "ingest_deaccession": [leaving.pk],
        "custody_custodyevent": [seen.pk],
        "auth_user": [member("somebody").pk],
        "invited": [User.objects.create_user("invited", is_staff=True).pk],
        "invitation": ["MQ", "no-such-token"],
        "passkey": [0],
        "upload": [NO_UUID],
        "digest": [],
        "app": ["footage"],
        "nothing": ["nothing"],
        "view on site": [1, 1],
    }


def addresses() -> dict[str, str]:
    """An address for every claim, with something to open behind it."""
    filled = things()
    return {name: address(name, claim, filled) for name, claim in CLAIMS.items()}


def address(name: str, claim: Claim, filled: dict[str, list[Any]]) -> str:
    if name.startswith("/"):
        return re.sub(r"\(\?P<\w+>[^)]*\)\$?", str(filled[claim.of][0]), name)
    query = "?sha256=" + "0" * 64 if claim.of == "digest" else ""
    try:
        return reverse(name) + query
    except NoReverseMatch:
        model = re.match(r"admin:([a-z]+_[a-z]+)_", name)
        return reverse(name, args=filled[claim.of or (model.group(1) if model else "")])


def who(role: str, sign_in: Any) -> Any:
    """A client of somebody in `role`: a stranger, the worker (no permission at all) or staff."""
    from django.test import Client

    if role == "stranger":
        return Client()
    return sign_in() if role == "worker" else sign_in(role)
