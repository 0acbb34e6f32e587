"""What the media package answers: the shapes, and the check that a child's JSON has them.

Nothing here opens a file. The child process is not trusted once it has read one, so
`Probe.from_json` accepts exactly the declared fields, types and bounds and nothing else.
"""

import math
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

KINDS: Final = ("video", "photograph", "sound")
DOUBTS: Final = ("", "epoch-1904", "epoch-1970", "default-clock", "future", "before-2011")
COLOURS: Final = ("", "bt601", "bt709", "bt2020", "hlg", "pq")
CREDENTIAL_STATES: Final = ("absent", "present", "remote", "unreadable")
VALIDATIONS: Final = ("", "trusted", "valid", "invalid")
CREDENTIAL_TEXTS: Final = ("title", "issuer", "signer", "signed", "generator", "remote_url")
CREDENTIAL_LISTS: Final = ("actions", "assertions", "problems", "ingredients")
MAX_TAGS: Final = 256
MAX_TAG_CHARACTERS: Final = 4096
MAX_PIXELS_A_SIDE: Final = 1 << 20


@dataclass(frozen=True)
class Probe:
    """What a master says of itself. Everything here is sealed: tags name people and places.

    width, height: pixels as displayed (turned, and stretched to square pixels); None for sound.
    rotation, mirrored: how the stored picture becomes the displayed one: mirrored left to
        right first, then turned clockwise by `rotation` degrees.
    duration_s: seconds; None when unknown or absurd. frame_rate: average frames a second.
    latitude, longitude: WGS 84 degrees, both or neither; never (0, 0).
    recorded: ISO 8601 as the container says, with a zone only if the container has one; None
        when it says nothing. recorded_doubt: '' or why it must not be taken as a date; an
        unset clock ('epoch-1904') has no text. Suggest a date only when `dated` is true.
    truncated: the container promises more bytes than there are.
    colour: how a video's colours are coded: the matrix of ordinary pictures (by their size where
        the file does not say), or 'hlg' or 'pq' for high dynamic range (ITU-R BT.2100).
    """

    kind: str
    format: str
    media_type: str
    width: int | None = None
    height: int | None = None
    rotation: int = 0
    mirrored: bool = False
    duration_s: float | None = None
    video_codec: str = ""
    audio_codec: str = ""
    frame_rate: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    recorded: str | None = None
    recorded_doubt: str = ""
    make: str = ""
    model: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    truncated: bool = False
    colour: str = ""

    @property
    def dated(self) -> bool:
        return self.recorded is not None and not self.recorded_doubt

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON types, for a JSON column or json.dumps."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> "Probe":
        """The inverse of `to_json`. Raises ValueError unless every field is as declared.

        Of probes kept from earlier versions, fields that came later take their default.
        """
        known = {f.name: f.default is MISSING and f.default_factory is MISSING for f in fields(cls)}
        needed = {name for name, required in known.items() if required}
        if not isinstance(data, dict) or not needed <= set(data) <= set(known):
            raise ValueError("not the fields of a probe")
        probe = cls(**data)
        probe._check()
        return probe

    def _check(self) -> None:
        def demand(condition: bool, what: str) -> None:
            if not condition:
                raise ValueError(f"{what} of the probe is not as declared")

        demand(self.kind in KINDS, "kind")
        for name in ("format", "media_type", "video_codec", "audio_codec", "make", "model"):
            demand(_is_text(getattr(self, name), 255), name)
        for name in ("width", "height"):
            demand(_is_none_or_whole(getattr(self, name), 1, MAX_PIXELS_A_SIDE), name)
        demand((self.width is None) == (self.height is None), "size")
        demand(type(self.rotation) is int and self.rotation in (0, 90, 180, 270), "rotation")
        demand(type(self.mirrored) is bool and type(self.truncated) is bool, "flags")
        demand(_is_none_or_number(self.duration_s, 0, 1e7), "duration")
        demand(_is_none_or_number(self.frame_rate, 0, 1e4), "frame rate")
        demand(_is_none_or_number(self.latitude, -90, 90), "latitude")
        demand(_is_none_or_number(self.longitude, -180, 180), "longitude")
        demand((self.latitude is None) == (self.longitude is None), "coordinates")
        demand(self.recorded is None or _is_text(self.recorded, 40), "recorded")
        demand(self.recorded_doubt in DOUBTS, "doubt")
        demand(self.colour in COLOURS, "colour")
        demand(isinstance(self.tags, dict) and len(self.tags) <= MAX_TAGS, "tags")
        for key, value in self.tags.items():
            demand(_is_text(key, 255) and _is_text(value, MAX_TAG_CHARACTERS), "tag")


def check_credentials(data: dict[str, Any]) -> dict[str, Any]:
    """The content credentials a child reports, if they are as declared; else ValueError.

    state: 'present'; 'remote' when the manifest is kept on the web (`remote_url`, not fetched);
    'absent'; 'unreadable' when damaged. validation: 'valid' means unaltered since it was signed,
    by a signer the archive has no opinion of; 'trusted' with a known one; 'invalid' when broken.
    Texts: CREDENTIAL_TEXTS, of 255 characters at most. Lists of at most 50 texts: actions and
    assertions by their C2PA names, problems by the codes of the validation, ingredients by title.
    """
    names = {"state", "validation", *CREDENTIAL_TEXTS, *CREDENTIAL_LISTS}
    sound = (
        set(data) == names
        and data["state"] in CREDENTIAL_STATES
        and data["validation"] in VALIDATIONS
        and all(_is_text(data[name], 255) for name in CREDENTIAL_TEXTS)
        and all(isinstance(data[name], list) for name in CREDENTIAL_LISTS)
        and all(len(data[name]) <= 50 for name in CREDENTIAL_LISTS)
        and all(_is_text(item, 200) for name in CREDENTIAL_LISTS for item in data[name])
    )
    if not sound:
        raise ValueError("not the fields of credentials")
    return data


def unread_credentials(problem: str) -> dict[str, Any]:
    """What stands for the credentials of a file from which they could not be read."""
    blank: dict[str, Any] = dict.fromkeys(CREDENTIAL_TEXTS, "")
    empty: dict[str, Any] = {name: [] for name in CREDENTIAL_LISTS}
    found = {"state": "unreadable", "validation": "", **blank, **empty, "problems": [problem]}
    return check_credentials(found)


@dataclass(frozen=True)
class Strip:
    """Where the frames of a strip lie in its picture: side by side, left to right.

    times_s: the time of each, in seconds from the start; cells are in pixels, all alike.
    """

    times_s: tuple[float, ...]
    cell_width: int
    cell_height: int

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Strip":
        """From what the child says. Raises ValueError unless every field is as declared."""
        if set(data) != {f.name for f in fields(cls)} or not isinstance(data["times_s"], list):
            raise ValueError("not the fields of a strip")
        times = data["times_s"]
        if not 1 <= len(times) <= 64 or not all(_is_number(t, 0, 1e7) for t in times):
            raise ValueError("times of the strip are not as declared")
        if not all(_is_whole(data[key], 1, 4096) for key in ("cell_width", "cell_height")):
            raise ValueError("cells of the strip are not as declared")
        return cls(tuple(float(t) for t in times), data["cell_width"], data["cell_height"])


@dataclass(frozen=True)
class RenderedFile:
    """A copy made from a master, checked and complete at `path`.

    role, recipe: as declared in recipes.py. sha256: lower-case hex of the copy. truncated: the
    copy ends before the master's own length. strip: for the role 'strip' alone. silenced: the
    master has sound that could not be read, so the copy has none.
    """

    path: Path
    role: str
    recipe: int
    media_type: str
    bytes: int
    sha256: str
    width: int | None
    height: int | None
    duration_s: float | None
    truncated: bool = False
    strip: Strip | None = None
    silenced: bool = False


def _is_text(value: object, limit: int) -> bool:
    return isinstance(value, str) and len(value) <= limit


def _is_whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _is_none_or_whole(value: object, least: int, most: int) -> bool:
    return value is None or _is_whole(value, least, most)


def _is_number(value: object, least: float, most: float) -> bool:
    # bool is an int to isinstance; a number it is not.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) and least <= value <= most


def _is_none_or_number(value: object, least: float, most: float) -> bool:
    return value is None or _is_number(value, least, most)
