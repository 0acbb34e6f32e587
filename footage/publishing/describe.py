"""From a row of the workshop to the document of its public record, field by field.

This is the allow-list: a value reaches the catalogue only because a line below names it.
"""

from collections.abc import Iterable
from typing import cast

from footage.catalogue.models import PublicRecord
from footage.catalogue.record import (
    SCHEMA,
    Advisory,
    Record,
    Role,
    Segment,
    Shot,
    Transcript,
)
from footage.catalogue.record import Rendition as PublicCopy
from footage.catalogue.showing import held_back
from footage.ingest.models import Master, Rendition
from footage.models import Clip, Testimony, TestimonyRange
from footage.models import Transcript as WorkshopTranscript
from footage.publishing.coarsening import (
    NOWHERE,
    coarsened_date,
    coarsened_date_basis,
    coarsened_place,
)
from people.models import Journalist, Use, Witness

# Of the master's own peaks, so many: what a narrow page can show.
PEAKS_SHOWN = 200


def describe(
    item: Clip | Testimony, copies: Iterable[PublicCopy] = (), *, muted: Iterable[str] = ()
) -> Record:
    """Build the public document of a clip or a testimony as it would be published now.

    `copies` are the access copies already written under their public names; `muted` are references
    of withdrawn testimonies whose ranges must not be heard or read. Raises ValueError when
    something required is missing: ask `reasons_against` first. A few queries, whatever the length.
    """
    if isinstance(item, Clip):
        return _describe_clip(item, tuple(copies), frozenset(muted))
    return _describe_testimony(item)


def _describe_clip(clip: Clip, copies: tuple[PublicCopy, ...], muted: frozenset[str]) -> Record:
    filmed = coarsened_date(clip.filmed, clip.filmed_precision)
    shown = coarsened_place(clip)
    credited = credited_person(clip)
    silent = [
        span
        for span in clip.testimony_ranges.select_related("testimony")
        if span.testimony.reference in muted
    ]
    closed = clip.advisory_level == "withheld" or bool(silent)
    return Record(
        schema_number=SCHEMA,
        kind="clip",
        reference=clip.reference,
        medium=clip.kind,
        title_en=clip.title_en,
        title_ar=clip.title_ar,
        summary_en=clip.summary_en,
        summary_ar=clip.summary_ar,
        original_language=clip.original_language,
        filmed=filmed.edtf,
        filmed_from=filmed.earliest,
        filmed_to=filmed.latest,
        filmed_certain=filmed.certain,
        filmed_basis=coarsened_date_basis(clip.filmed_basis, filmed),
        filmed_confidence="" if filmed.unknown else clip.filmed_confidence,
        place=shown.place,
        neighbourhood=shown.neighbourhood,
        place_precision=clip.location_precision,
        place_basis=shown.basis,
        place_confidence=shown.confidence,
        latitude=shown.latitude,
        longitude=shown.longitude,
        journalist=credited.public_slug if credited else None,
        witness=None,
        credit="byline" if credited else "withheld",
        subjects=tuple(clip.subjects),
        events=tuple(clip.events.order_by("slug").values_list("slug", flat=True)),
        shots=tuple(
            Shot(
                film=shot.film.slug, position=shot.position, start_s=shot.start_s, end_s=shot.end_s
            )
            for shot in clip.shots.select_related("film")
        ),
        advisory_level=clip.advisory_level,
        advisories=tuple(
            Advisory(code=row.advisory, start_s=row.start_s, end_s=row.end_s)
            for row in clip.advisories.all()
        ),
        languages=tuple(clip.languages),
        rights=clip.rights,
        rights_note=clip.rights_note,
        verification=clip.verification,
        duration_s=clip.master.duration_s,
        download=may_download(clip),
        renditions=() if closed else copies,
        transcripts=tuple(
            _transcript(transcript, without=silent)
            for transcript in clip.transcripts.all()
            # What is held back is described, and nothing more of it is given out.
            if clip.advisory_level != "withheld"
        ),
        master_fixity=clip.master.fixity if clip.verifiable_in_public else None,
        demonstration=clip.demonstration,
        incomplete=clip.master.incomplete,
        waveform=() if closed else _waveform(clip),
    )


def _describe_testimony(testimony: Testimony) -> Record:
    given = coarsened_date(testimony.given, "day")
    credited = credited_person(testimony)
    ranges = testimony.ranges.select_related("clip").prefetch_related("clip__transcripts__segments")
    # A draft or withdrawn clip lends no words: its reference alone would say that it exists. Nor
    # does one that is held back, or is to be.
    live = PublicRecord.objects.live().filter(
        kind="clip", reference__in=[span.clip.reference for span in ranges]
    )
    lending = {row.reference for row in live if not held_back(row.read())}
    return Record(
        schema_number=SCHEMA,
        kind="testimony",
        reference=testimony.reference,
        medium=None,
        title_en=testimony.title_en,
        title_ar=testimony.title_ar,
        summary_en=testimony.summary_en,
        summary_ar=testimony.summary_ar,
        original_language=testimony.original_language,
        filmed=given.edtf,
        filmed_from=given.earliest,
        filmed_to=given.latest,
        filmed_certain=given.certain,
        filmed_basis="",
        filmed_confidence="",
        place=NOWHERE.place,
        neighbourhood=NOWHERE.neighbourhood,
        place_precision="unknown",
        place_basis="",
        place_confidence="",
        latitude=NOWHERE.latitude,
        longitude=NOWHERE.longitude,
        journalist=None,
        witness=credited.public_slug if credited else None,
        credit="byline" if credited else "withheld",
        subjects=(),
        events=(),
        shots=(),
        advisory_level="none",
        advisories=(),
        languages=tuple(testimony.languages),
        rights=testimony.rights,
        rights_note=testimony.rights_note,
        verification="unverified",
        duration_s=None,
        download=False,
        renditions=(),
        transcripts=tuple(
            _transcript(transcript, within=span)
            for span in ranges
            if span.clip.reference in lending and span.clip.advisory_level != "withheld"
            for transcript in span.clip.transcripts.all()
        ),
        master_fixity=None,
        demonstration=testimony.demonstration,
    )


def _transcript(
    transcript: WorkshopTranscript,
    *,
    within: TestimonyRange | None = None,
    without: Iterable[TestimonyRange] = (),
) -> Transcript:
    segments = (
        Segment(
            start_s=row.start_ms / 1000,
            end_s=row.end_ms / 1000,
            speaker=row.speaker,
            text=row.text,
        )
        for row in transcript.segments.all()
    )
    return Transcript(
        language=transcript.language,
        status=transcript.status,
        clip=transcript.clip.reference,
        segments=tuple(
            segment
            for segment in segments
            if (within is None or within.covers(segment.start_s, segment.end_s))
            and not any(span.covers(segment.start_s, segment.end_s) for span in without)
        ),
    )


def credited_person(item: Clip | Testimony) -> Journalist | Witness | None:
    """Whoever may be named as the credit: chosen, not withheld, and consenting to be shown."""
    person = item.journalist if isinstance(item, Clip) else item.witness
    if item.credit != item.Credit.BYLINE or person is None or not person.named:
        return None
    return person if person.consents_to(Use.VIEW) else None


def may_download(clip: Clip) -> bool:
    """Whether the journalist consents to copies being taken. Default is no."""
    return clip.journalist is not None and clip.journalist.consents_to(Use.DOWNLOAD)


def public_copy(rendition: Rendition, name: str) -> PublicCopy:
    """The declared entry of an access copy that was written under `name`."""
    return PublicCopy(
        role=cast("Role", rendition.role),
        name=name,
        media_type=rendition.media_type,
        bytes=rendition.bytes,
        fixity=f"sha256:{rendition.digest}",
        width=rendition.width,
        height=rendition.height,
        duration_s=rendition.duration_s,
        times_s=tuple(rendition.detail.get("times_s", ())),
    )


def public_renditions(master: Master) -> list[Rendition]:
    """Which copies of a master are for readers: all but the waveform, which is in the document."""
    return [row for row in master.renditions.order_by("role") if row.role != row.Role.WAVEFORM]


def _waveform(clip: Clip) -> tuple[int, ...]:
    """The loudness of a sound recording: of each few peaks the highest. Empty for the others."""
    if clip.kind != "sound":
        return ()
    row = clip.master.renditions.filter(role=Rendition.Role.WAVEFORM).first()
    peaks: list[int] = row.detail.get("peaks", []) if row else []
    step = max(1, -(-len(peaks) // PEAKS_SHOWN))
    return tuple(max(peaks[start : start + step]) for start in range(0, len(peaks), step))
