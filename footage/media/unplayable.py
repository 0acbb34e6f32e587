"""Why a file that is kept as a master cannot be played, in words an archivist understands."""

from typing import Final

from footage.media.answers import Probe

DETAIL_LIMIT: Final = 2000

REASONS: Final[dict[str, tuple[str, str]]] = {
    "empty": ("The file is empty: it has no bytes.", "الملف فارغ: لا يحتوي على أي بيانات."),
    "not-media": (
        "This is not a video, photograph or sound recording, whatever its name says.",
        "هذا ليس مقطع فيديو ولا صورة ولا تسجيلاً صوتياً، أياً كان اسم الملف.",
    ),
    "playlist": (
        "This is a playlist that points at other files. It holds no footage of its own "
        "and is never followed.",
        "هذه قائمة تشغيل تشير إلى ملفات أخرى. لا تحتوي على لقطات ولا تُتبَع روابطها أبداً.",
    ),
    "damaged": (
        "The file is damaged or incomplete, and no picture or sound could be read from it.",
        "الملف تالف أو غير مكتمل، ولم يمكن قراءة أي صورة أو صوت منه.",
    ),
    "too-large-picture": (
        "The picture claims to be larger than the archive is prepared to open.",
        "أبعاد الصورة المعلنة أكبر مما يسمح الأرشيف بفتحه.",
    ),
    "no-picture-or-sound": (
        "The file is a media file, but it holds neither picture nor sound.",
        "الملف من نوع الوسائط، لكنه لا يحتوي على صورة ولا صوت.",
    ),
    "no-picture": (
        "This is a sound recording: it has no picture to show.",
        "هذا تسجيل صوتي: لا توجد فيه صورة لعرضها.",
    ),
    "no-sound": ("There is no sound in this file.", "لا يوجد صوت في هذا الملف."),
    "timed-out": (
        "Reading the file took longer than the archive allows.",
        "استغرقت قراءة الملف وقتاً أطول مما يسمح به الأرشيف.",
    ),
    "too-much-memory": (
        "Reading the file needed more memory than the archive allows.",
        "احتاجت قراءة الملف إلى ذاكرة أكبر مما يسمح به الأرشيف.",
    ),
    "too-large-output": (
        "The copy made from this file grew larger than the archive allows.",
        "أصبحت النسخة المصنوعة من هذا الملف أكبر مما يسمح به الأرشيف.",
    ),
    "encrypted": (
        "The footage is encrypted and cannot be played without its key.",
        "اللقطات مشفّرة ولا يمكن تشغيلها دون مفتاحها.",
    ),
    "unsupported-codec": (
        "The footage is encoded in a way this archive cannot play yet.",
        "اللقطات مرمّزة بطريقة لا يستطيع هذا الأرشيف تشغيلها بعد.",
    ),
    "crashed": (
        "The program that reads media files stopped unexpectedly on this file.",
        "توقف البرنامج الذي يقرأ ملفات الوسائط فجأة عند هذا الملف.",
    ),
    "metadata-in-copy": (
        "The copy was thrown away because hidden details of the original were found in it.",
        "أُتلفت النسخة لأن تفاصيل مخفية من الملف الأصلي وُجدت فيها.",
    ),
}


class Unplayable(Exception):
    """The file stays a master but cannot be played.

    `code` is a key of REASONS; `message_en` and `message_ar` say it plainly; `detail` is
    technical text of at most 2,000 characters that may quote the file: sealed, for staff only.
    `probe` is what the container still told (place, time, device, ...) before its picture or
    sound failed; None when it told nothing. Its size may be unknown even for a video.
    """

    def __init__(self, code: str, detail: str = "", probe: Probe | None = None) -> None:
        self.message_en, self.message_ar = REASONS[code]
        self.code = code
        self.detail = detail[:DETAIL_LIMIT]
        self.probe = probe
        super().__init__(f"{code}: {self.detail}" if self.detail else code)

    def __reduce__(self) -> tuple[type["Unplayable"], tuple[str, str, Probe | None]]:
        return Unplayable, (self.code, self.detail, self.probe)
