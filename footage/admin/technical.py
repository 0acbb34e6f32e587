"""What a master says of itself, grouped and named. Sealed: it tells places and devices."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from footage.media import Probe
from footage.models.fields import reading_language
from footage.suggestions import REASONS
from footage.vocabularies import KINDS

COLOURS = {
    "bt601": "BT.601",
    "bt709": "BT.709",
    "bt2020": "BT.2020",
    "hlg": _("high dynamic range (HLG)"),
    "pq": _("high dynamic range (PQ)"),
}
STATES = {
    "absent": _("none in the file"),
    "present": _("in the file"),
    "remote": _("kept on the web; not fetched"),
    "unreadable": _("could not be read"),
}
VALIDATIONS = {
    "trusted": _("unaltered since it was signed, by a known signer"),
    "valid": _("unaltered since it was signed, by a signer the archive has no opinion of"),
    "invalid": _("altered, or its signature does not hold"),
}
Row = tuple[Any, Any]


def groups(technical: dict[str, Any], credentials: dict[str, Any]) -> list[tuple[Any, list[Row]]]:
    """(title, rows of label and value) for what is known; groups without a row are left out."""
    try:
        probe = Probe.from_json(technical)
    except ValueError:
        # Written by hand or by a version that is gone: shown as it is rather than not at all.
        found = [(_("Recording"), [(key, value) for key, value in technical.items() if value])]
    else:
        found = [
            (_("Recording"), list(_recording(probe))),
            (_("Picture"), list(_picture(probe))),
            (_("Where and when, by the device"), list(_device(probe))),
            (_("Other words in the file"), sorted(probe.tags.items())),
        ]
    found.append((_("Content credentials"), list(_credentials(credentials))))
    return [(title, rows) for title, rows in found if rows]


def _recording(probe: Probe) -> Iterator[Row]:
    yield _("Kind"), KINDS.label(probe.kind, reading_language())
    yield _("Format"), probe.format
    if probe.duration_s is not None:
        yield _("Duration"), str(timedelta(seconds=round(probe.duration_s)))
    if probe.audio_codec:
        yield _("Sound"), probe.audio_codec
    if probe.truncated:
        yield _("Whole"), _("no: the file ends before the recording does")


def _picture(probe: Probe) -> Iterator[Row]:
    if probe.video_codec:
        yield _("Coding"), probe.video_codec
    if probe.width is not None:
        yield _("Size"), f"{probe.width} × {probe.height}"
    if probe.rotation:
        yield _("Turned by"), f"{probe.rotation}°"
    if probe.mirrored:
        yield _("Mirrored"), _("yes")
    if probe.frame_rate:
        yield _("Frames a second"), f"{probe.frame_rate:.4g}"
    if probe.colour:
        yield _("Colours"), COLOURS[probe.colour]


def _device(probe: Probe) -> Iterator[Row]:
    if probe.latitude is not None:
        yield _("Position"), f"{probe.latitude:.5f}, {probe.longitude:.5f}"
    if probe.recorded:
        yield _("Recorded"), probe.recorded
    if probe.recorded_doubt:
        yield _("Doubt"), REASONS.get(probe.recorded_doubt, probe.recorded_doubt)
    if probe.make or probe.model:
        yield _("Device"), f"{probe.make} {probe.model}".strip()


def _credentials(told: dict[str, Any]) -> Iterator[Row]:
    if not told:
        return
    yield _("State"), STATES.get(told.get("state", ""), told.get("state", ""))
    if told.get("validation"):
        yield _("Signature"), VALIDATIONS.get(told["validation"], told["validation"])
    labels = {
        "title": _("Title"),
        "issuer": _("Issued by"),
        "signer": _("Signed by"),
        "signed": _("Signed on"),
        "generator": _("Made with"),
        "remote_url": _("Kept at"),
        "actions": _("What was done"),
        "ingredients": _("Made from"),
        "problems": _("Problems"),
    }
    for key, label in labels.items():
        if value := told.get(key):
            yield label, ", ".join(value) if isinstance(value, list) else value
