"""Closed vocabularies: the words an archivist chooses from, in English and Arabic.

Each list is ordered as forms and filters show it. Codes are stored in the database and written to
exports, so a code, once released, is never renamed or reused; only its texts may be improved.
Language tags follow BCP 47; `uri` names the published equivalent where there is one.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One choice. Texts are label-length; notes say in a sentence when the term applies."""

    code: str
    en: str
    ar: str
    note_en: str = ""
    note_ar: str = ""
    uri: str = ""

    def label(self, language: str) -> str:
        """The label in "en" or "ar". Raises KeyError for any other language."""
        return {"en": self.en, "ar": self.ar}[language]

    def note(self, language: str) -> str:
        """The note in "en" or "ar", empty when none. Raises KeyError for any other language."""
        return {"en": self.note_en, "ar": self.note_ar}[language]


class Vocabulary:
    """An ordered, closed list of terms. Looking up an unknown code raises KeyError.

    `name` is how the data dictionary and addresses call it; `en` and `ar` are its title.
    """

    def __init__(self, name: str, *terms: Term, en: str = "", ar: str = "") -> None:
        self.name = name
        self.terms = terms
        self.en, self.ar = en, ar
        self._by_code = {term.code: term for term in terms}
        if len(self._by_code) != len(terms):
            raise ValueError(f"vocabulary {name!r} uses a code twice")

    def __getitem__(self, code: str) -> Term:
        return self._by_code[code]

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def __repr__(self) -> str:
        return f"<Vocabulary {self.name}: {len(self)} terms>"

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._by_code)

    def title(self, language: str) -> str:
        """The title in "en" or "ar". Raises KeyError for any other language."""
        return {"en": self.en, "ar": self.ar}[language]

    def label(self, code: str, language: str) -> str:
        return self[code].label(language)

    def known_label(self, code: str | None, language: str) -> str:
        """The same; "" for what is no code of it, as a document of another schema may hold."""
        return self.label(code, language) if code in self._by_code else ""

    def choices(self, language: str) -> list[tuple[str, str]]:
        """(code, label) pairs in order, as form fields take them."""
        return [(term.code, term.label(language)) for term in self.terms]


# Daily life comes first: the people filmed here lived in the city before they were bombed in it.
SUBJECTS = Vocabulary(
    "subjects",
    Term("home", "Home and family", "البيت والأسرة"),
    Term("food-and-bread", "Food and bread", "الطعام والخبز"),
    Term("water", "Water", "المياه"),
    Term("electricity-and-fuel", "Electricity and fuel", "الكهرباء والوقود"),
    Term("market", "Markets and shops", "الأسواق والمحال"),
    Term("work", "Work and crafts", "العمل والحِرف"),
    Term("street-life", "Life in the street", "حياة الشارع"),
    Term("school", "School and learning", "المدرسة والتعليم"),
    Term("play", "Play and sport", "اللعب والرياضة"),
    Term("children", "Children", "الأطفال"),
    Term("worship", "Worship", "العبادة"),
    Term("celebration", "Weddings, feasts and celebrations", "الأعراس والأعياد والأفراح"),
    Term("music-and-art", "Music, art and poetry", "الموسيقى والفن والشعر"),
    Term("gardens", "Gardens and growing food", "الحدائق والزراعة"),
    Term("animals", "Animals", "الحيوانات"),
    Term("weather", "Winter and weather", "الشتاء والطقس"),
    Term("hospital", "Hospitals and medical care", "المشافي والرعاية الطبية"),
    Term("rescue", "Rescue and first aid", "الإنقاذ والإسعاف"),
    Term("mutual-aid", "Mutual aid and relief", "التكافل والإغاثة"),
    Term("clearing-and-repair", "Clearing and repair", "رفع الأنقاض والإصلاح"),
    Term("civic-life", "Local councils and civic work", "المجالس المحلية والعمل المدني"),
    Term("protest", "Protest and gatherings", "المظاهرات والاعتصامات"),
    Term("journalism", "Journalism and filming", "الصحافة والتصوير"),
    Term("heritage", "Old city and heritage", "المدينة القديمة والتراث"),
    Term("funeral", "Funerals and mourning", "التشييع والعزاء"),
    Term("displacement", "Displacement and shelter", "النزوح والإيواء"),
    Term("evacuation", "Evacuation", "الإجلاء والتهجير"),
    Term("crossing", "Crossings and checkpoints", "المعابر والحواجز"),
    Term("siege", "Siege", "الحصار"),
    Term("destruction", "Destruction", "الدمار"),
    Term("air-strike", "Air strike", "غارة جوية"),
    Term("barrel-bomb", "Barrel bomb", "برميل متفجر"),
    Term("shelling", "Shelling and rockets", "القصف المدفعي والصاروخي"),
    Term(
        "cluster-or-incendiary",
        "Cluster or incendiary munitions",
        "ذخائر عنقودية أو حارقة",
    ),
    Term("chemical-attack", "Chemical attack", "هجوم كيميائي"),
    Term("fighting", "Fighting", "اشتباكات"),
    en="Subjects",
    ar="الموضوعات",
)

ADVISORIES = Vocabulary(
    "advisories",
    Term("injured-people", "Injured people", "جرحى"),
    Term("blood", "Blood", "دماء"),
    Term("dead-bodies-covered", "Dead bodies (covered)", "جثامين مغطّاة"),
    Term("dead-bodies-visible", "Dead bodies (visible)", "جثامين ظاهرة"),
    Term("severe-injury", "Severe injury", "إصابات بالغة"),
    Term("moment-of-death", "Moment of death", "لحظة الوفاة"),
    Term("injured-or-dead-children", "Injured or dead children", "أطفال مصابون أو متوفون"),
    Term("people-trapped", "People trapped", "أشخاص عالقون تحت الأنقاض أو في مكان مغلق"),
    Term("chemical-exposure", "Chemical-exposure symptoms", "أعراض التعرّض لمواد كيميائية"),
    Term("ill-treatment", "Torture or ill-treatment", "تعذيب أو سوء معاملة"),
    Term("grief-and-screaming", "Grief and screaming", "بكاء وصراخ"),
    Term("loud-explosions", "Loud explosions or gunfire", "انفجارات أو إطلاق نار بصوت عالٍ"),
    Term("hate-speech", "Insults or hate speech", "شتائم أو خطاب كراهية"),
    Term("flashing-light", "Flashing light", "ضوء وامض"),
    en="Content advisories",
    ar="تنبيهات المحتوى",
)

ADVISORY_LEVELS = Vocabulary(
    "advisory-levels",
    Term("none", "No advisory", "لا تنبيه"),
    Term(
        "distressing",
        "Distressing",
        "مؤلم",
        "Labels are shown; the clip plays when asked for.",
        "تظهر التنبيهات، ويعمل المقطع عند طلبه.",
    ),
    Term(
        "graphic",
        "Graphic",
        "مشاهد قاسية",
        "A description stands in place of the player until the viewer asks for the clip.",
        "يظهر وصف مكتوب بدل المقطع إلى أن يطلب المشاهد عرضه.",
    ),
    Term(
        "withheld",
        "Held back",
        "محجوب",
        "Listed with a description and a reason; open on request only.",
        "يُدرج مع وصف وسبب، ولا يُفتح إلا بطلب.",
    ),
    en="Levels of content advisory",
    ar="درجات تنبيه المحتوى",
)

_IN_COPYRIGHT = "http://rightsstatements.org/vocab/InC/1.0/"
_CREATIVE_COMMONS = "https://creativecommons.org"

RIGHTS = Vocabulary(
    "rights",
    Term(
        "filmer-consent",
        "The filmer keeps all rights; shown with consent",
        "جميع الحقوق للمصوّر، ويُعرض بموافقته",
        uri=_IN_COPYRIGHT,
    ),
    Term(
        "archive-licence",
        "The archive holds a licence from the rights holder",
        "لدى الأرشيف ترخيص من صاحب الحقوق",
        uri=_IN_COPYRIGHT,
    ),
    Term(
        "cc-by-4-0",
        "Creative Commons Attribution 4.0 (CC BY 4.0)",
        "المشاع الإبداعي، نسب المصنَّف 4.0 دولي (CC BY 4.0)",
        uri=f"{_CREATIVE_COMMONS}/licenses/by/4.0/",
    ),
    Term(
        "cc-by-nc-4-0",
        "Creative Commons Attribution-NonCommercial 4.0 (CC BY-NC 4.0)",
        "المشاع الإبداعي، نسب المصنَّف - غير تجاري 4.0 دولي (CC BY-NC 4.0)",
        uri=f"{_CREATIVE_COMMONS}/licenses/by-nc/4.0/",
    ),
    Term(
        "cc-by-nc-nd-4-0",
        "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 (CC BY-NC-ND 4.0)",
        "المشاع الإبداعي، نسب المصنَّف - غير تجاري - منع الاشتقاق 4.0 دولي (CC BY-NC-ND 4.0)",
        uri=f"{_CREATIVE_COMMONS}/licenses/by-nc-nd/4.0/",
    ),
    Term(
        "cc-by-sa-4-0",
        "Creative Commons Attribution-ShareAlike 4.0 (CC BY-SA 4.0)",
        "المشاع الإبداعي، نسب المصنَّف - الترخيص بالمثل 4.0 دولي (CC BY-SA 4.0)",
        uri=f"{_CREATIVE_COMMONS}/licenses/by-sa/4.0/",
    ),
    Term(
        "cc0",
        "Dedicated to the public domain (CC0 1.0)",
        "مُهدى إلى الملك العام (CC0 1.0)",
        uri=f"{_CREATIVE_COMMONS}/publicdomain/zero/1.0/",
    ),
    Term(
        "orphan",
        "In copyright; rights holder not found",
        "محميّ بحقوق المؤلف، ولم يُعثر على صاحب الحقوق",
        "Searched for and not found; anyone who knows the filmer is asked to write to us.",
        "بُحث عن صاحب الحقوق ولم يُعثر عليه؛ نرجو ممن يعرف المصوّر أن يكتب إلينا.",
        uri="http://rightsstatements.org/vocab/InC-RUU/1.0/",
    ),
    en="Rights",
    ar="الحقوق",
)

VERIFICATION = Vocabulary(
    "verification",
    Term("unverified", "Not yet verified", "لم يُتحقّق منه بعد"),
    Term("partly-verified", "Partly verified", "تُحقّق منه جزئيًا"),
    Term("verified", "Verified", "تُحقّق منه"),
    Term("disputed", "Disputed", "موضع خلاف"),
    en="Verification",
    ar="التحقق",
)

LANGUAGES = Vocabulary(
    "languages",
    Term("ar", "Arabic", "العربية"),
    Term("apc", "Levantine Arabic", "العربية الشامية"),
    Term("kmr", "Kurdish (Kurmanji)", "الكردية (الكرمانجية)"),
    Term("hy", "Armenian", "الأرمنية"),
    Term("tr", "Turkish", "التركية"),
    Term("en", "English", "الإنكليزية"),
    Term("fr", "French", "الفرنسية"),
    Term("ru", "Russian", "الروسية"),
    Term("zxx", "No speech", "بلا كلام"),
    Term("und", "Language not determined", "لغة غير محدّدة"),
    en="Languages",
    ar="اللغات",
)

KINDS = Vocabulary(
    "kinds",
    Term("video", "Video", "فيديو"),
    Term("photograph", "Photograph", "صورة"),
    Term("sound", "Sound", "تسجيل صوتي"),
    en="Media",
    ar="أنواع الوسائط",
)

RECORD_KINDS = Vocabulary(
    "record-kinds",
    Term("clip", "Clip", "مقطع"),
    Term("testimony", "Testimony", "شهادة"),
    en="Kinds of record",
    ar="أنواع السجلات",
)

FILMED_BASIS = Vocabulary(
    "filmed-basis",
    Term("device-clock", "Clock of the recording device", "ساعة جهاز التسجيل"),
    Term("journalist", "Stated by the journalist", "أفاد به الصحفي"),
    Term(
        "came-with-it",
        "Came with the clip",
        "جاء مع المقطع",
        note_en="The journalist's word or what the file says. Where no day is shown, it is not told"
        " which.",
        note_ar="إفادة الصحفي أو ما في الملف. حيث لا يُعرض اليوم لا يُقال أيهما.",
    ),
    Term("said-or-shown", "Spoken or written in the clip", "مذكور أو مكتوب في المقطع"),
    Term("upload-date", "Date of first upload", "تاريخ أول نشر على الإنترنت"),
    Term("compared", "Compared with other material", "بالمقارنة مع مواد أخرى"),
    Term("broadcast", "Date of broadcast", "تاريخ البث"),
    Term("shadows-or-weather", "Analysis of shadows or weather", "تحليل الظلال أو الطقس"),
    en="How we know when",
    ar="كيف نعرف الزمان",
)

PLACE_BASIS = Vocabulary(
    "place-basis",
    Term("device-position", "Position recorded by the device", "موقع سجّله الجهاز"),
    Term("journalist", "Stated by the journalist", "أفاد به الصحفي"),
    Term(
        "came-with-it",
        "Came with the clip",
        "جاء مع المقطع",
        note_en="The journalist's word or what the file says. Where the exact position is not"
        " shown, it is not told which.",
        note_ar="إفادة الصحفي أو ما في الملف. حيث لا يُعرض الموقع الدقيق لا يُقال أيهما.",
    ),
    Term("said-or-shown", "Spoken or written in the clip", "مذكور أو مكتوب في المقطع"),
    Term("landmarks", "Landmarks recognised", "معالم تم التعرّف عليها"),
    Term("compared", "Compared with other material", "بالمقارنة مع مواد أخرى"),
    en="How we know where",
    ar="كيف نعرف المكان",
)

CONFIDENCE = Vocabulary(
    "confidence",
    Term("confirmed", "Confirmed", "مؤكّد"),
    Term("probable", "Probable", "مرجّح"),
    Term("possible", "Possible", "محتمل"),
    en="Confidence",
    ar="مدى الثقة",
)

PLACE_PRECISION = Vocabulary(
    "place-precision",
    Term("exact", "Exact position", "موقع دقيق"),
    Term("site", "Site or street", "موقع أو شارع"),
    Term("neighbourhood", "Neighbourhood", "حي"),
    Term("city", "City only", "المدينة فقط"),
    Term("unknown", "Unknown", "غير معروف"),
    en="Precision of places",
    ar="دقة الأماكن",
)

DATE_PRECISION = Vocabulary(
    "date-precision",
    Term("minute", "To the minute", "بالدقيقة"),
    Term("day", "Day", "اليوم"),
    Term("month", "Month", "الشهر"),
    Term("year", "Year", "السنة"),
    en="Precision of dates",
    ar="دقة التواريخ",
)

# Public, on a tombstone: a class of reason and nothing that could point at a person.
WITHDRAWAL_REASONS = Vocabulary(
    "withdrawal-reasons",
    Term("consent-withdrawn", "Consent was withdrawn", "سُحبت الموافقة"),
    Term("safety", "Safety of people", "سلامة أشخاص"),
    Term("rights", "Rights of another holder", "حقوق تعود إلى جهة أخرى"),
    Term("mistake", "Published by mistake", "نُشر خطأً"),
    Term("legal", "Legal reasons", "أسباب قانونية"),
    en="Reasons for a withdrawal",
    ar="أسباب السحب",
)

# What a reader may ask for on the safety page; see footage.inbox.
CONCERNS = Vocabulary(
    "concerns",
    Term("removal", "Take it down", "إزالة السجل"),
    Term(
        "less-exact",
        "Make a face, a voice, a place or a date less exact",
        "جعل وجه أو صوت أو مكان أو تاريخ أقل دقة",
    ),
    Term("consent", "End a consent that was given", "إنهاء موافقة سبق منحها"),
    Term("mistake", "Put a mistake right", "تصحيح خطأ"),
    Term("credit", "Credit somebody, or no longer", "ذكر اسم صاحب العمل أو الكف عن ذكره"),
    Term("held-back", "See something that is held back", "الاطلاع على ما هو محجوب"),
    Term("other", "Something else", "أمر آخر"),
    en="Concerns that readers report",
    ar="ما يبلّغ عنه القراء",
)

# What the asker is told: the label names the outcome to staff, the note is the sentence shown.
ANSWERS = Vocabulary(
    "answers",
    Term(
        "hidden-first",
        "Hidden, still being examined",
        "أُخفي ولا يزال قيد النظر",
        "The record is no longer shown. We are still examining what you wrote.",
        "لم يعد السجل معروضًا. ولا نزال ننظر في ما كتبته.",
    ),
    Term(
        "withdrawn",
        "Acted: withdrawn",
        "استُجيب: سُحب السجل",
        "The record was withdrawn and is no longer shown.",
        "سُحب السجل ولم يعد معروضًا.",
    ),
    Term(
        "less-exact",
        "Acted: less exact",
        "استُجيب: صار أقل دقة",
        "What you named was made less exact, or was taken out of the record.",
        "صار ما ذكرته أقل دقة، أو أُزيل من السجل.",
    ),
    Term(
        "consent-ended",
        "Acted: consent ended",
        "استُجيب: أُنهيت الموافقة",
        "The consent was ended. What rested on it is no longer shown.",
        "أُنهيت الموافقة. وما كان قائمًا عليها لم يعد معروضًا.",
    ),
    Term(
        "corrected",
        "Acted: corrected",
        "استُجيب: صُحّح",
        "It was put right.",
        "جرى التصحيح.",
    ),
    Term(
        "in-touch",
        "Acted: answered by the way they named",
        "استُجيب: بالطريقة التي طلبها صاحب الرسالة",
        "We answer you by the way that you named in your message.",
        "نجيبك بالطريقة التي ذكرتها في رسالتك.",
    ),
    Term(
        "left",
        "Not acted: left as it is",
        "لم يُستجب: تُرك كما هو",
        "We examined it and left the record as it is. You can write again and tell us more.",
        "نظرنا في الأمر وتركنا السجل كما هو. يمكنك أن تكتب ثانية وتخبرنا بالمزيد.",
    ),
    Term(
        "not-found",
        "Not acted: cannot tell which record",
        "لم يُستجب: لا نعرف أي سجل هو المقصود",
        "We could not tell which record you meant. Please write again with its reference.",
        "لم نعرف أي سجل تقصد. اكتب ثانية من فضلك واذكر مرجعه.",
    ),
    Term(
        "not-clear",
        "Not acted: not understood",
        "لم يُستجب: لم نفهم المطلوب",
        "We did not understand what you ask. Please write again in other words.",
        "لم نفهم ما تطلبه. اكتب ثانية من فضلك بكلمات أخرى.",
    ),
    Term(
        "not-ours",
        "Not acted: not held here",
        "لم يُستجب: ليس لدينا",
        "It is not kept in this archive, so we cannot change it.",
        "ليس محفوظًا في هذا الأرشيف، فلا نستطيع تغييره.",
    ),
    Term(
        "not-shared",
        "Not acted: stays held back",
        "لم يُستجب: يبقى محجوبًا",
        "What you asked for stays held back.",
        "يبقى ما طلبته محجوبًا.",
    ),
    en="Answers to what readers report",
    ar="الردود على ما يبلّغ عنه القراء",
)

TRANSCRIPT_STATUS = Vocabulary(
    "transcript-status",
    Term("machine", "Made by machine", "تفريغ آلي"),
    Term("corrected", "Corrected by a person", "صُحّح يدويًا"),
    Term("reviewed", "Reviewed by a second person", "راجعه شخص ثانٍ"),
    en="How far a transcript was checked",
    ar="مدى مراجعة التفريغ النصي",
)

PLACE_KINDS = Vocabulary(
    "place-kinds",
    Term("city", "City", "مدينة"),
    Term("district", "District", "قطاع"),
    Term("neighbourhood", "Neighbourhood", "حي"),
    Term("old-city-quarter", "Quarter of the old city", "حارة في المدينة القديمة"),
    Term("suburb", "Suburb", "ضاحية"),
    Term("industrial", "Industrial area", "منطقة صناعية"),
    Term("landmark", "Landmark", "معلم"),
    Term("street", "Street", "شارع"),
    Term("cemetery", "Cemetery", "مقبرة"),
    en="Kinds of place",
    ar="أنواع الأماكن",
)
# So wide that a point in them says nothing, and looks like a spot somebody knows.
WIDE_PLACES = frozenset({"city", "district"})

# What an access copy is for.
ROLES = Vocabulary(
    "roles",
    Term("poster", "Still picture that stands for the clip", "صورة ثابتة تمثل المقطع"),
    Term("strip", "Strip of frames, to find a moment by", "شريط لقطات للعثور على لحظة"),
    Term("playable-240", "Video of at most 240 lines", "فيديو بما لا يزيد على 240 سطرًا"),
    Term("playable", "Video of at most 480 lines", "فيديو بما لا يزيد على 480 سطرًا"),
    Term("playable-720", "Video of at most 720 lines", "فيديو بما لا يزيد على 720 سطرًا"),
    Term("photograph", "Photograph", "صورة فوتوغرافية"),
    Term("photograph-small", "Photograph, small", "صورة فوتوغرافية مصغّرة"),
    Term("sound", "Sound", "صوت"),
    en="Uses of access copies",
    ar="أغراض نسخ الإتاحة",
)

CREDITS = Vocabulary(
    "credits",
    Term("byline", "A byline is shown", "يُعرض الاسم"),
    Term("withheld", "Name withheld", "الاسم محجوب"),
    en="Credit",
    ar="نسبة العمل",
)

AUTHORITY_KINDS = Vocabulary(
    "authority-kinds",
    Term("neighbourhood", "Place", "مكان"),
    Term("journalist", "Journalist", "صحفي"),
    Term("witness", "Witness", "شاهد"),
    Term("event", "Event", "حدث"),
    Term("film", "Film", "فيلم"),
    en="Kinds of name",
    ar="أنواع الأسماء",
)

VOCABULARIES = (
    SUBJECTS,
    ADVISORIES,
    ADVISORY_LEVELS,
    RIGHTS,
    VERIFICATION,
    LANGUAGES,
    KINDS,
    RECORD_KINDS,
    FILMED_BASIS,
    PLACE_BASIS,
    CONFIDENCE,
    PLACE_PRECISION,
    DATE_PRECISION,
    WITHDRAWAL_REASONS,
    CONCERNS,
    ANSWERS,
    TRANSCRIPT_STATUS,
    PLACE_KINDS,
    ROLES,
    CREDITS,
    AUTHORITY_KINDS,
)
