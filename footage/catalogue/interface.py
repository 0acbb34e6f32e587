"""The API as declared: its addresses and their parameters, in both languages.

`footage.research.api` obeys this, its OpenAPI document and the page that explains it are made from
it. The parameters of records are those of readers' pages, with `limit` beside them.
"""

from dataclasses import dataclass, replace

from footage.catalogue.index.language import LONGEST
from footage.catalogue.queries import FACETS, SORTS

# Of an answer's list: so many unless `limit` says otherwise, and never more.
USUAL, MOST = 50, 200
SLUG = "^[a-z0-9][a-z0-9_-]{0,79}$"


@dataclass(frozen=True)
class Parameter:
    """`codes` is the closed list its values are from; `pattern` and `longest` bound a text;
    `most` bounds a whole number, which begins at `least`. `many` may be given several times."""

    name: str
    en: str
    ar: str
    codes: tuple[str, ...] = ()
    vocabulary: str = ""
    pattern: str = ""
    longest: int = 0
    least: int = 0
    most: int = 0
    many: bool = False
    required: bool = False

    def description(self, language: str) -> str:
        return self.ar if language == "ar" else self.en


_FACETS = {
    "kind": ("Kind of record; clips unless it is given", "نوع السجل؛ المقاطع ما لم يُذكر"),
    "medium": ("Video, photograph or sound", "فيديو أو صورة أو صوت"),
    "neighbourhood": ("Neighbourhood (slug)", "الحي (معرّف)"),
    "subject": ("Subject", "الموضوع"),
    "journalist": ("Journalist credited (slug)", "الصحفي المنسوب إليه (معرّف)"),
    "event": ("Event shown (slug)", "الحدث الظاهر (معرّف)"),
    "film": ("Film that uses it (slug)", "الفيلم الذي يستخدمه (معرّف)"),
    "language": ("Language heard", "اللغة المسموعة"),
    "advisory": ("Content advisory", "تنبيه المحتوى"),
    "verification": ("Verification", "التحقق"),
}


def _facet(name: str) -> Parameter:
    vocabulary = FACETS[name]
    english, arabic = _FACETS[name]
    if vocabulary is None:
        return Parameter(name, english, arabic, pattern=SLUG, many=True)
    return Parameter(
        name, english, arabic, codes=vocabulary.codes, vocabulary=vocabulary.name, many=True
    )


WORDS = Parameter(
    "q",
    'Words, in Arabic or English: "phrase", -without, this OR that, begin*, said:word, place:name',
    'كلمات بالعربية أو الإنجليزية: "عبارة"، ‎-استثناء، هذا OR ذاك، بداية*، said:كلمة، place:اسم',
    longest=LONGEST,
)
DATES = (
    Parameter(
        "from",
        "May have been filmed on or after this day, month or year",
        "يُحتمل أنه صُوّر في هذا اليوم أو الشهر أو هذه السنة أو بعدها",
        longest=40,
    ),
    Parameter(
        "to",
        "May have been filmed on or before this day, month or year",
        "يُحتمل أنه صُوّر في هذا اليوم أو الشهر أو هذه السنة أو قبلها",
        longest=40,
    ),
    Parameter(
        "certainly",
        "With 1, only what was certainly filmed within the dates; the possible is left out",
        "مع 1، ما صُوّر يقينًا ضمن التواريخ وحده؛ ويُترك ما هو محتمل فقط",
        codes=("0", "1"),
    ),
)
SORT = Parameter(
    "sort",
    "Order; by relevance where words are asked for, else by first publication, the latest first, "
    "in which alone a walk misses nothing",
    "الترتيب؛ بحسب الصلة عند السؤال بكلمات، وإلا فبحسب أول نشر، الأحدث أولًا، وهو وحده الترتيب الذي "
    "لا تفوت القراءة فيه شيئًا",
    codes=SORTS,
)
AFTER = Parameter(
    "after",
    "Where the last answer ended; copied from its `next`",
    "حيث انتهى الجواب السابق؛ يُنسخ من next فيه",
    longest=400,
)
LIMIT = Parameter(
    "limit",
    f"How many of the list to give; {USUAL} unless it is given",
    f"كم يُعطى من القائمة؛ {USUAL} ما لم يُذكر",
    least=1,
    most=MOST,
)
SINCE = Parameter(
    "since",
    "The change number that the mirror has reached; 0 for everything",
    "رقم التغيير الذي بلغته النسخة المطابقة؛ 0 لكل شيء",
    most=2**62,
)
NAME_KIND = Parameter(
    "kind",
    "Kind of name",
    "نوع الاسم",
    codes=("neighbourhood", "journalist", "witness", "event", "film"),
    vocabulary="authority-kinds",
    many=True,
)

FILTERS = (WORDS, *(_facet(name) for name in FACETS), *DATES)
RECORDS = (*FILTERS, SORT, AFTER, LIMIT)
SEGMENTS = (replace(WORDS, required=True), *FILTERS[1:], SORT, AFTER, LIMIT)
AUTHORITIES = (NAME_KIND, AFTER, LIMIT)
CHANGES = (SINCE, LIMIT)


@dataclass(frozen=True)
class Way:
    """A way in for programs: an address, perhaps with gaps, and in words what it is for."""

    name: str
    path: str
    en: str
    ar: str

    def description(self, language: str) -> str:
        return self.ar if language == "ar" else self.en

    @property
    def complete(self) -> bool:
        """Whether the address can be opened as it is."""
        return "{" not in self.path


@dataclass(frozen=True)
class Operation(Way):
    """One of the API: its route is named `api-<name>`. `answer` names the schema of what it gives;
    `errors` are the statuses beside 200 and 405."""

    answer: str
    parameters: tuple[Parameter, ...] = ()
    errors: tuple[int, ...] = (400,)
    places: tuple[Parameter, ...] = ()

    @property
    def complete(self) -> bool:
        return super().complete and not any(each.required for each in self.parameters)


_REFERENCE = Parameter("reference", "Permanent reference", "المرجع الدائم", longest=40)
_SLUG = Parameter("slug", "What records call it by", "ما تسميه به السجلات", longest=80)

OPERATIONS = (
    Operation(
        "index", "/api/v1/", "What there is, with addresses.", "ما هو متاح، مع عناوينه.", "Index"
    ),
    Operation(
        "records",
        "/api/v1/records",
        "The records a question finds, a part at a time, with exact totals.",
        "السجلات التي يجدها سؤال، جزءًا بعد جزء، مع مجاميع دقيقة.",
        "Records",
        RECORDS,
        (400, 503),
    ),
    Operation(
        "record",
        "/api/v1/records/{reference}",
        "One record; 410 with its tombstone once it is withdrawn.",
        "سجل واحد؛ ويكون الجواب 410 مع ما يبقى منه إذا سُحب.",
        "Record",
        errors=(301, 400, 404, 410),
        places=(_REFERENCE,),
    ),
    Operation(
        "search",
        "/api/v1/search",
        "The same as records, with the counts of every facet and the filmed dates as bars.",
        "مثل السجلات، مع أعداد كل تصنيف وتواريخ التصوير أعمدةً.",
        "Search",
        RECORDS,
        (400, 503),
    ),
    Operation(
        "segments",
        "/api/v1/segments",
        "What is said: the segments of transcripts that hold the words, with their seconds.",
        "ما يُقال: فقرات التفريغات النصية التي ترد فيها الكلمات، مع ثوانيها.",
        "Segments",
        SEGMENTS,
        (400, 503),
    ),
    Operation(
        "authorities",
        "/api/v1/authorities",
        "The published names that records point to, with outlines of places.",
        "الأسماء المنشورة التي تشير إليها السجلات، مع حدود الأماكن.",
        "Authorities",
        AUTHORITIES,
    ),
    Operation(
        "authority",
        "/api/v1/authorities/{kind}/{slug}",
        "One published name.",
        "اسم منشور واحد.",
        "Name",
        errors=(400, 404),
        places=(replace(NAME_KIND, vocabulary="", many=False), _SLUG),
    ),
    Operation(
        "changes",
        "/api/v1/changes",
        "What was published, revised or withdrawn after a number, in order: for mirrors.",
        "ما نُشر أو عُدّل أو سُحب بعد رقم معيّن، بالترتيب: لمن يحتفظ بنسخة مطابقة.",
        "Changes",
        CHANGES,
    ),
    Operation(
        "vocabularies",
        "/api/v1/vocabularies",
        "Every closed vocabulary, with labels in both languages.",
        "كل قوائم المفردات المغلقة، مع تسمياتها باللغتين.",
        "Vocabularies",
    ),
    Operation(
        "openapi",
        "/api/v1/openapi.json",
        "This interface, described for programs (OpenAPI 3.1).",
        "وصف هذه الواجهة للبرامج (OpenAPI 3.1).",
        "Document",
    ),
)


# Beside the API.
WAYS = (
    Way(
        "exports",
        "/export/clips.csv",
        "A whole list in one file: put the query of the list's address behind it, and another "
        "ending for another form (the page of exports names them; .gz behind a text packs it). "
        "/export/datapackage.json with the same query says what a file holds: the question, "
        "the numbers, as of which change, the software and the columns. Until the archive "
        "changes, the same address gives the same bytes: whoever wants to check a file fetches "
        "it again and compares the digests.",
        "قائمة كاملة في ملف واحد: ضع استعلام عنوان القائمة بعده، ولاحقة أخرى لصيغة أخرى "
        "(تذكرها صفحة التصدير؛ و.gz بعد النص تضغطه). ويذكر /export/datapackage.json مع "
        "الاستعلام نفسه ما يضمه الملف: السؤال والأعداد ورقم التغيير والبرنامج والأعمدة. وما لم "
        "يتغير الأرشيف يعطي العنوان نفسه البايتات نفسها: فمن أراد التحقق من ملف نزّله ثانية "
        "وقارن البصمتين.",
    ),
    Way(
        "oai",
        "/oai",
        "OAI-PMH 2.0 for harvesters: oai_dc, oai_pbcore (PBCore 2.1) and oai_datacite "
        "(DataCite 4.7); sets such as kind.clip, neighbourhood.al-shaar and year.2016. What is "
        "withdrawn stays as a deleted record for ever, in every set, at the end. A datestamp "
        "is the last second of the UTC day of the change: harvest from the time of your last "
        "harvest, and what changed that day comes once more.",
        "OAI-PMH 2.0 لمن يجمع السجلات: oai_dc و oai_pbcore (PBCore 2.1) و oai_datacite "
        "(DataCite 4.7)؛ ومجموعات مثل kind.clip و neighbourhood.al-shaar و year.2016. ويبقى "
        "ما سُحب سجلًا محذوفًا إلى الأبد، في كل مجموعة وفي آخرها. وختم التاريخ آخر ثانية من "
        "يوم التغيير بالتوقيت العالمي: اجمع منذ وقت جمعك الأخير، فيأتي ما تغيّر في ذلك اليوم "
        "مرة أخرى.",
    ),
    Way(
        "iiif",
        "/iiif/collection.json",
        "IIIF Presentation 3 for viewers: collections of neighbourhoods, films and "
        "testimonies; of each record a manifest at /iiif/{reference}/manifest.json, with its "
        "captions and transcripts, and IIIF Content Search 2 in what is said.",
        "IIIF Presentation 3 لبرامج العرض: مجموعات للأحياء والأفلام والشهادات؛ ولكل سجل بيان "
        "في /iiif/{reference}/manifest.json مع ترجماته المكتوبة وتفريغاته، وبحث IIIF Content "
        "Search 2 فيما يُقال.",
    ),
    Way(
        "cite",
        "/cite/{reference}.ris",
        "A record as a reference: ris, bib, csl.json or txt. With lang=ar in Arabic, with "
        "t=12,15 these seconds of it. Zotero and its like find the same on the page of the "
        "record, by unAPI at /unapi.",
        "سجل بصيغة مرجع: ris أو bib أو csl.json أو txt. مع lang=ar بالعربية، ومع t=12,15 هاتان "
        "الثانيتان منه وما بينهما. ويجد زوتيرو وأمثاله المرجع نفسه في صفحة السجل، عبر unAPI في "
        "/unapi.",
    ),
    Way(
        "captions",
        "/c/{reference}/captions/ar.vtt",
        "What is said, in one of the languages of its transcripts: vtt, srt or txt. Of a "
        "testimony told in several clips, clip= and the reference of a clip name one of them.",
        "ما يُقال، بإحدى لغات تفريغاته: vtt أو srt أو txt. وفي شهادة رُويت في عدة مقاطع يسمّي "
        "clip= مع مرجع مقطع واحدًا منها.",
    ),
    Way(
        "feeds",
        "/feeds/en/clips.atom",
        "Atom: what was published last of any list; put the query of the list's address behind "
        "it. In Arabic at /feeds/ar/clips.atom.",
        "Atom: آخر ما نُشر من أي قائمة؛ ضع استعلام عنوان القائمة بعده. وبالعربية في "
        "/feeds/ar/clips.atom.",
    ),
    Way(
        "oembed",
        "/oembed?url={address}",
        "oEmbed: a frame that plays the clip whose address is given.",
        "oEmbed: إطار يشغّل المقطع الذي يُعطى عنوانه.",
    ),
)
