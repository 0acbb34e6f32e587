"""Why a file was not taken in, in words an archivist understands."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """The file was not taken in; nothing of it was kept.

    `code` is stable, for machines; `message` is for people and translated when it is shown.
    """

    code = "refused"
    message: str | Promise = _("The file was refused.")

    def __str__(self) -> str:
        return str(self.message)


class EmptyFile(Refused):
    code = "empty"
    message = _("The file is empty: it has no bytes.")


class TooLarge(Refused):
    code = "too-large"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.message = format_lazy(
            _("The file is larger than the archive takes in ({gigabytes} GB)."),
            gigabytes=f"{limit / 1e9:g}",
        )
        super().__init__(limit)


class Incomplete(Refused):
    """Fewer or more bytes arrived than were announced, or other ones."""

    code = "incomplete"

    def __init__(self, expected: int | str, found: int | str) -> None:
        self.expected, self.found = expected, found
        self.message = format_lazy(
            _("The file did not arrive as announced: expected {expected}, received {found}."),
            expected=expected,
            found=found,
        )
        super().__init__(expected, found)


class DiskFull(Refused):
    code = "disk-full"
    message = _("The disk that holds the masters is full. Nothing of this file was kept.")


class StorageFailed(Refused):
    """A write, sync or read-back failed. The file may be handed in again; the disk needs a look."""

    code = "storage-failed"

    def __init__(self, detail: str) -> None:
        self.detail = detail
        self.message = format_lazy(
            _("The file could not be stored safely and nothing of it was kept: {detail}"),
            detail=detail,
        )
        super().__init__(detail)


class HeldCopyDamaged(Refused):
    """The bytes held under this digest are no longer those bytes. A custodian must look."""

    code = "held-copy-damaged"

    def __init__(self, path: str) -> None:
        self.path = path
        self.message = _(
            "The archive holds this file already, but its copy is damaged. Keep your file and tell "
            "a custodian: it can repair the archive's copy."
        )
        super().__init__(path)


class LeftTheHoldings(Refused):
    code = "left-the-holdings"
    message = _(
        "Two people decided that this very file leaves the archive, so it is not taken in again."
    )


class NotMedia(Refused):
    """No video, photograph or sound, or a playlist of other files; the text is in two languages."""

    def __init__(self, code: str, message: str | Promise) -> None:
        self.code, self.message = code, message
        super().__init__(code)


class QuotaReached(Refused):
    code = "quota"
    message = _(
        "You have as much under way as one person may. Finish or give up some uploads first."
    )


class NoRoom(Refused):
    """The disk is nearly full, or would be: refused before a byte is sent."""

    code = "no-room"
    message = _(
        "The archive's disk has no room for this file now. Nothing is lost; go on when a custodian "
        "has made room."
    )


class DigestDiffers(Refused):
    code = "digest-differs"
    message = _(
        "The bytes that arrived are not the ones your device announced (their SHA-256 differs). "
        "Nothing of them was kept: hand the file in again."
    )


class NoRecording(Refused):
    """By its name and declared type, before a byte is sent. What it truly is, its content says."""

    code = "not-media"
    message = _("By its name and type this is no video, photograph or sound recording.")
