"""A record in the three formats that harvesters ask for: Dublin Core, PBCore 2.1, DataCite 4.7.

Each is a function of one `Described` record and its envelope that returns the root element of a
valid document. Dates are no finer than known; a gated record names none of its copies; a withheld
name is left out, or in DataCite, which wants a creator, the code for "suppressed intentionally".
No DOI is invented: the identifier of a record is its permanent address.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from footage import vocabularies
from footage.catalogue.addresses import media_address
from footage.catalogue.citing import ARCHIVE
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.models import PublicRecord
from footage.catalogue.record import Rendition
from footage.normalisation import writable_in_xml
from footage.research.crosswalk import (
    DCMI_TYPES,
    Described,
    both_names,
    labels,
)

Element = Any  # lxml ships no types
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
PBCORE = "http://www.pbcore.org/PBCore/PBCoreNamespace.html"
DATACITE = "http://datacite.org/schema/kernel-4"
# Where the schema of each form lies.
OAI_DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
PBCORE_SCHEMA = "https://raw.githubusercontent.com/WGBH/PBCore_2.1/master/pbcore-2.1.xsd"
DATACITE_SCHEMA = "https://schema.datacite.org/meta/kernel-4.7/metadata.xsd"
SOURCE = ARCHIVE["en"]
# DataCite's code for what is known and left out on purpose.
SUPPRESSED = ":unal"
# PBCore writes languages as ISO 639-2/3.
THREE_LETTERS = {"ar": "ara", "hy": "hye", "tr": "tur", "en": "eng", "fr": "fra", "ru": "rus"}
PBCORE_MEDIA = {"video": "Moving Image", "image": "Static Image", "audio": "Sound"}
DATACITE_TYPES = {"video": "Audiovisual", "photograph": "Image", "sound": "Sound", None: "Text"}


@dataclass(frozen=True)
class Format:
    """One metadataPrefix."""

    prefix: str
    schema: str
    namespace: str
    write: Callable[[Described, PublicRecord], Element]


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """A child in its parent's namespace; `lang` becomes xml:lang. Empty attributes are left out."""
    namespace = etree.QName(parent).namespace
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    if text:
        child.text = writable_in_xml(text)
    for key, value in attributes.items():
        if value:
            child.set(XML_LANG if key == "lang" else key, writable_in_xml(value))
    return child


# --- Dublin Core -------------------------------------------------------------------------------
def oai_dc(of: Described, row: PublicRecord) -> Element:
    """Simple Dublin Core. The address of the page is the first identifier, one URI is the rights:
    aggregators tell these apart by nothing else."""
    record = of.record
    root = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC, "xsi": XSI})
    root.set(SCHEMA_LOCATION, f"{OAI_DC} {OAI_DC_SCHEMA}")

    def dc(name: str, text: str, language: str = "") -> None:
        element = etree.SubElement(root, f"{{{DC}}}{name}")
        element.text = writable_in_xml(text)
        if language:
            element.set(XML_LANG, language)

    for language, text in of.titles:
        dc("title", text, language)
    dc("identifier", of.address)
    dc("identifier", record.reference)
    for language, name in both_names(of.credit) if of.credit else ():
        dc("creator", name, language)
    for language in LANGUAGES:
        dc("publisher", ARCHIVE[language], language)
    for language, text in [*of.summaries, *of.warnings]:
        dc("description", text, language)
    for language, label in of.subjects:
        dc("subject", label, language)
    for place in of.places:
        for language, name in both_names(place):
            dc("coverage", name, language)
    if of.filmed:
        dc("date", of.filmed)
    dc("type", DCMI_TYPES.get(record.medium, "Text"))
    for media_type in dict.fromkeys(copy.media_type for copy in of.copies):
        dc("format", media_type)
    for code in record.languages:
        dc("language", code)
    for related in (*of.films, *of.events):
        for language, name in both_names(related):
            dc("relation", name, language)
    if of.rights_uri:
        dc("rights", of.rights_uri)
    return root


# --- PBCore ------------------------------------------------------------------------------------
def pbcore(of: Described, row: PublicRecord) -> Element:
    """A pbcoreDescriptionDocument of PBCore 2.1, whose schema binds the order of all elements."""
    record = of.record
    root = etree.Element(f"{{{PBCORE}}}pbcoreDescriptionDocument", nsmap={None: PBCORE, "xsi": XSI})
    root.set(SCHEMA_LOCATION, f"{PBCORE} {PBCORE_SCHEMA}")
    for language, label in labels(vocabularies.RECORD_KINDS, record.kind):
        add(root, "pbcoreAssetType", label, annotation=language)
    if of.filmed:
        add(root, "pbcoreAssetDate", of.filmed, dateType="Created", source="EDTF")
    add(root, "pbcoreAssetDate", f"{row.published_at:%Y-%m-%d}", dateType="Issued")
    add(root, "pbcoreIdentifier", of.address, source="URI")
    add(root, "pbcoreIdentifier", record.reference, source=SOURCE)
    for language, text in of.titles:
        add(root, "pbcoreTitle", text, annotation=language)
    for language, label in of.subjects:
        add(root, "pbcoreSubject", label, subjectType="Topic", source=SOURCE, annotation=language)
    for language, text in of.summaries or of.titles:
        add(root, "pbcoreDescription", text, descriptionType="Abstract", annotation=language)
    for film in of.films:
        for language, name in both_names(film):
            relation = add(root, "pbcoreRelation")
            add(relation, "pbcoreRelationType", "Is Part Of")
            add(relation, "pbcoreRelationIdentifier", name, annotation=language)
    _pbcore_coverage(root, of)
    for language, text in of.warnings:
        add(root, "pbcoreAudienceRating", text, source=SOURCE, annotation=language)
    person = ("Creator", "Videographer") if record.kind == "clip" else ("Contributor", "Speaker")
    for language, name in both_names(of.credit) if of.credit else ():
        who = add(root, f"pbcore{person[0]}")
        add(who, person[0].lower(), name, annotation=language)
        add(who, f"{person[0].lower()}Role", person[1])
    for language in LANGUAGES:
        publisher = add(root, "pbcorePublisher")
        add(publisher, "publisher", ARCHIVE[language], annotation=language)
        add(publisher, "publisherRole", "Distributor")
    _pbcore_rights(root, of)
    copies = of.copies
    for copy in copies:
        _pbcore_copy(root, of, copy)
    if not copies and record.medium:
        _pbcore_closed(root, of)
    for kind, vocabulary, code in (
        ("How we know when", vocabularies.FILMED_BASIS, record.filmed_basis),
        ("Confidence of the date", vocabularies.CONFIDENCE, record.filmed_confidence),
        ("How we know where", vocabularies.PLACE_BASIS, record.place_basis),
        ("Confidence of the place", vocabularies.CONFIDENCE, record.place_confidence),
        ("How finely the place is shown", vocabularies.PLACE_PRECISION, record.place_precision),
        ("Verification", vocabularies.VERIFICATION, record.verification),
    ):
        for language, label in labels(vocabulary, code):
            add(root, "pbcoreAnnotation", label, annotationType=kind, annotation=language)
    for said in of.transcripts:
        address, code = of.file_of(said), said.language
        add(root, "pbcoreAnnotation", address, annotationType="Transcript", annotation=code)
    return root


def _pbcore_coverage(root: Element, of: Described) -> None:
    for place in of.places:
        for language, name in both_names(place):
            coverage = add(root, "pbcoreCoverage")
            add(coverage, "coverage", name, annotation=language)
            add(coverage, "coverageType", "Spatial")
    if of.record.point:
        coverage = add(root, "pbcoreCoverage")
        point = "{:.4f}, {:.4f}".format(*of.record.point)
        add(coverage, "coverage", point, source="WGS 84", annotation=of.record.place_precision)
        add(coverage, "coverageType", "Spatial")
    if of.filmed:
        coverage = add(root, "pbcoreCoverage")
        add(coverage, "coverage", of.filmed, source="EDTF")
        add(coverage, "coverageType", "Temporal")


def _pbcore_rights(root: Element, of: Described) -> None:
    notes = [("", of.record.rights_note)] if of.record.rights_note else []
    for language, text in [*of.rights, *notes]:
        summary = add(root, "pbcoreRightsSummary")
        add(summary, "rightsSummary", text, annotation=language)
    if of.rights_uri:
        add(add(root, "pbcoreRightsSummary"), "rightsLink", of.rights_uri)


def _pbcore_copy(root: Element, of: Described, copy: Rendition) -> None:
    """One access copy: everything in here is of the copy, never of the master."""
    made = add(root, "pbcoreInstantiation")
    add(made, "instantiationIdentifier", copy.name, source=SOURCE)
    add(made, "instantiationIdentifier", copy.fixity.removeprefix("sha256:"), source="SHA-256")
    if copy.width and copy.height:
        size = f"{copy.width}x{copy.height}"
        add(made, "instantiationDimensions", size, unitsOfMeasure="pixels")
    add(made, "instantiationDigital", copy.media_type)
    add(made, "instantiationLocation", media_address(copy))
    kind = copy.media_type.partition("/")[0]
    add(made, "instantiationMediaType", PBCORE_MEDIA.get(kind, "Moving Image"))
    add(made, "instantiationGenerations", "Copy: access")
    add(made, "instantiationFileSize", str(copy.bytes), unitsOfMeasure="bytes")
    duration = copy.duration_s or of.record.duration_s
    if duration and kind != "image":
        add(made, "instantiationDuration", clock(duration))
    _pbcore_languages(made, of)


def _pbcore_closed(root: Element, of: Described) -> None:
    """What cannot be named unasked: its page, its kind and its length."""
    kinds = {"video": "Moving Image", "photograph": "Static Image", "sound": "Sound"}
    made = add(root, "pbcoreInstantiation")
    add(made, "instantiationIdentifier", of.record.reference, source=SOURCE)
    add(made, "instantiationLocation", of.address)
    if of.record.medium in kinds:
        add(made, "instantiationMediaType", kinds[of.record.medium])
    if of.record.duration_s:
        add(made, "instantiationDuration", clock(of.record.duration_s))
    _pbcore_languages(made, of)


def _pbcore_languages(made: Element, of: Described) -> None:
    for code in of.record.languages:
        add(made, "instantiationLanguage", THREE_LETTERS.get(code, code))


def clock(seconds: float) -> str:
    """HH:MM:SS.mmm, as PBCore recommends for durations."""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


# --- DataCite ----------------------------------------------------------------------------------
def datacite(of: Described, row: PublicRecord) -> Element:
    """A DataCite 4.7 resource whose identifier is an address, since nobody registered a DOI."""
    record = of.record
    root = etree.Element(f"{{{DATACITE}}}resource", nsmap={None: DATACITE, "xsi": XSI})
    root.set(SCHEMA_LOCATION, f"{DATACITE} {DATACITE_SCHEMA}")
    add(root, "identifier", of.address, identifierType="URL")
    # One creator, under the name in the language of the description; a second would be a person.
    language = "en" if record.original_language == "en" else "ar"
    creator = add(add(root, "creators"), "creator")
    if of.credit:
        add(creator, "creatorName", of.credit.name(language), lang=language)
    else:
        add(creator, "creatorName", SUPPRESSED)
    titles = add(root, "titles")
    for number, (language, text) in enumerate(of.titles):
        translated = "TranslatedTitle" if number else ""
        add(titles, "title", text, lang=language, titleType=translated)
    add(root, "publisher", ARCHIVE["en"], lang="en")
    add(root, "publicationYear", f"{row.published_at:%Y}")
    general = DATACITE_TYPES.get(record.medium, "Text")
    kind = dict(labels(vocabularies.RECORD_KINDS, record.kind))["en"]
    add(root, "resourceType", kind, resourceTypeGeneral=general)
    _several(root, "subjects", "subject", of.subjects)
    contributor = add(add(root, "contributors"), "contributor", contributorType="Distributor")
    add(contributor, "contributorName", ARCHIVE["en"], nameType="Organizational")
    _datacite_dates(root, of, row)
    if record.original_language in LANGUAGES:
        add(root, "language", record.original_language)
    alternate = add(root, "alternateIdentifiers")
    add(alternate, "alternateIdentifier", record.reference, alternateIdentifierType="Reference")
    if record.duration_s:
        add(add(root, "sizes"), "size", f"{record.duration_s:g} s")
    formats = dict.fromkeys(copy.media_type for copy in of.copies)
    if formats:
        listed = add(root, "formats")
        for media_type in formats:
            add(listed, "format", media_type)
    add(root, "version", str(row.version))
    listed = add(root, "rightsList")
    for language, label in of.rights:
        add(listed, "rights", label, lang=language, rightsURI=of.rights_uri)
    descriptions = [(*each, "Abstract") for each in of.summaries]
    descriptions += [(*each, "Other") for each in of.warnings]
    if descriptions:
        listed = add(root, "descriptions")
        for language, text, kind in descriptions:
            add(listed, "description", text, lang=language, descriptionType=kind)
    _datacite_places(root, of)
    return root


def _several(root: Element, group: str, name: str, words: Iterator[tuple[str, str]]) -> None:
    found = list(words)
    if found:
        listed = add(root, group)
        for language, text in found:
            add(listed, name, text, lang=language)


def _datacite_dates(root: Element, of: Described, row: PublicRecord) -> None:
    listed = add(root, "dates")
    first, last = of.record.filmed_from, of.record.filmed_to
    if first and last:
        # A plain date as it is; a doubted one as its bounds, with the EDTF beside: the format has
        # no sign for doubt.
        plain = re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", of.filmed)
        said = of.filmed if plain else f"{first.isoformat()}/{last.isoformat()}"
        note = "" if plain else f"EDTF: {of.filmed}"
        add(listed, "date", said, dateType="Created", dateInformation=note)
    add(listed, "date", f"{row.published_at:%Y-%m-%d}", dateType="Issued")
    add(listed, "date", f"{row.revised_at:%Y-%m-%d}", dateType="Updated")


def _datacite_places(root: Element, of: Described) -> None:
    if not of.places and not of.record.point:
        return
    listed = add(root, "geoLocations")
    for place in of.places:
        for language, name in both_names(place):
            add(add(listed, "geoLocation"), "geoLocationPlace", name, lang=language)
    if of.record.point:
        latitude, longitude = of.record.point
        at = add(add(listed, "geoLocation"), "geoLocationPoint")
        add(at, "pointLongitude", f"{longitude:.4f}")
        add(at, "pointLatitude", f"{latitude:.4f}")


FORMATS = {
    each.prefix: each
    for each in (
        Format("oai_dc", OAI_DC_SCHEMA, OAI_DC, oai_dc),
        Format("oai_pbcore", PBCORE_SCHEMA, PBCORE, pbcore),
        Format("oai_datacite", DATACITE_SCHEMA, DATACITE, datacite),
    )
}
