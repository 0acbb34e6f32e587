"""OAI-PMH 2.0 (protocol document of 2015-01-08) at one address, by GET and by POST.

The granularity is seconds, but what is public of a change is its day, so a datestamp is the last
second of the UTC day on which the record last changed for readers: whatever time of that day a
harvester names as its last harvest, it is told. Errors of the protocol are answers of status 200,
as it asks. A page holds a bounded number of records. A POST needs no token and no cookie: it asks
what GET asks, and changes nothing.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import orjson
from django.conf import settings
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from lxml import etree

from footage import vocabularies
from footage.catalogue import authorities, beside
from footage.catalogue.authorities import NEIGHBOURHOOD
from footage.catalogue.citing import ARCHIVE
from footage.catalogue.freshness import LEAST_PACKED, conditional, digest
from footage.catalogue.models import PublicRecord
from footage.normalisation import writable_in_xml
from footage.research.answering import answering
from footage.research.crosswalk import Described
from footage.research.oai import harvest
from footage.research.oai.formats import FORMATS, SCHEMA_LOCATION, XSI, Element, add
from footage.research.oai.harvest import BadToken, Harvest, Portion

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
IDENTIFIER_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai-identifier.xsd"
FORM = "application/x-www-form-urlencoded"
MOST_BYTES = 10_000
# Before any record: nothing is older.
FOUNDED = date(2026, 1, 1)
# Arguments of each verb: those it needs, those it takes; a token stands alone.
LISTED = (frozenset({"metadataPrefix"}), frozenset({"metadataPrefix", "from", "until", "set"}))
ARGUMENTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset()),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}),) * 2,
    "ListIdentifiers": LISTED,
    "ListRecords": LISTED,
}
RESUMABLE = {"ListSets", "ListIdentifiers", "ListRecords"}
_DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+", re.ASCII)
_EMAIL = re.compile(r"[^\s@]+@([^\s@.]+\.)+[^\s@.]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9\-_.!~*'()]+", re.ASCII)
_SETSPEC = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*", re.ASCII)
_URI = re.compile(r"[A-Za-z0-9\-._~:/?@!$&'()*+,;=]+", re.ASCII)


class Refused(Exception):
    """An error of the protocol: its code, and what is wrong in words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


@answering("GET", "HEAD", "POST")
def oai(request: HttpRequest) -> HttpResponse:
    """One request of a harvester. Three database queries at most."""
    if request.method == "POST":
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > MOST_BYTES:
            return HttpResponse("Too long\n", "text/plain; charset=utf-8", status=413)
        asked = request.POST if request.content_type == FORM else QueryDict()
    else:
        asked = request.GET
    now = timezone.now().astimezone(UTC)
    root = etree.Element(f"{{{OAI}}}OAI-PMH", nsmap={None: OAI, "xsi": XSI})
    root.set(SCHEMA_LOCATION, f"{OAI} {OAI_SCHEMA}")
    said = add(root, "responseDate", f"{now:%Y-%m-%dT%H:%M:%SZ}")
    about = add(root, "request", settings.BASE_URL + request.path)
    try:
        arguments = _arguments(asked)
        for name, value in arguments.items():
            about.set(name, writable_in_xml(value))
        VERBS[arguments["verb"]](root, arguments)
    except Refused as refusal:
        if refusal.code in {"badVerb", "badArgument"}:
            about.attrib.clear()
        add(root, "error", refusal.words, code=refusal.code)
    return _answered(request, root, said)


def _answered(request: HttpRequest, root: Element, said: Element) -> HttpResponse:
    """The XML, with a weak ETag of everything in it but the second at which it was made; packed
    (`footage.catalogue.packing`) for harvesters that unpack it."""
    body = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    response = HttpResponse(body, content_type="text/xml; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    if request.method == "POST":
        return response
    if len(body) >= LEAST_PACKED:
        patch_vary_headers(response, ["Accept-Encoding"])
    lasting = body.replace(said.text.encode(), b"", 1)
    return conditional(request, response, f'W/"{digest(lasting)}"')


def _arguments(asked: QueryDict) -> dict[str, str]:
    """The arguments by name, verb included, each allowed, needed, single, and well formed.

    Raises Refused.
    """
    verbs = asked.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in ARGUMENTS:
        raise Refused("badVerb", f"The verb must be one of {', '.join(ARGUMENTS)}, given once.")
    verb = verbs[0]
    needed, taken = ARGUMENTS[verb]
    given = {name: asked.getlist(name) for name in asked if name != "verb"}
    if "resumptionToken" in given and verb in RESUMABLE:
        needed = taken = frozenset({"resumptionToken"})
    for name, values in given.items():
        if name not in taken:
            raise Refused("badArgument", f"{verb} does not take {writable_in_xml(name)[:80]} here.")
        if len(values) != 1 or not values[0]:
            raise Refused("badArgument", f"{name} must be given once, with a value.")
    for name in sorted(needed - given.keys()):
        raise Refused("badArgument", f"{verb} needs {name}.")
    forms = {"metadataPrefix": _PREFIX, "set": _SETSPEC, "identifier": _URI}
    arguments = {name: values[0] for name, values in given.items()}
    for name, form in forms.items():
        if name in arguments and not form.fullmatch(arguments[name]):
            raise Refused("badArgument", f"This is no value of {name}.")
    return {"verb": verb, **arguments}


# --- The six verbs -----------------------------------------------------------------------------
def _identify(root: Element, arguments: dict[str, str]) -> None:
    earliest = PublicRecord.objects.aggregate(day=Min("changed_on"))["day"]
    about = add(root, "Identify")
    add(about, "repositoryName", f"{ARCHIVE['en']} · {ARCHIVE['ar']}")
    add(about, "baseURL", f"{settings.BASE_URL}/oai")
    add(about, "protocolVersion", "2.0")
    contact = settings.ARCHIVE_CONTACT
    add(about, "adminEmail", contact if _EMAIL.fullmatch(contact) else f"nobody@{_namespace()}")
    add(about, "earliestDatestamp", datestamp(earliest or FOUNDED))
    add(about, "deletedRecord", "persistent")
    add(about, "granularity", "YYYY-MM-DDThh:mm:ssZ")
    add(about, "compression", "gzip")
    scheme = etree.SubElement(
        add(about, "description"), f"{{{IDENTIFIER}}}oai-identifier", nsmap={None: IDENTIFIER}
    )
    scheme.set(SCHEMA_LOCATION, f"{IDENTIFIER} {IDENTIFIER_SCHEMA}")
    add(scheme, "scheme", "oai")
    add(scheme, "repositoryIdentifier", _namespace())
    add(scheme, "delimiter", ":")
    add(scheme, "sampleIdentifier", identifier("AA-2222-2222-2"))


def _list_metadata_formats(root: Element, arguments: dict[str, str]) -> None:
    if "identifier" in arguments and _found(arguments["identifier"]).withdrawn_at is not None:
        raise Refused("noMetadataFormats", "This record was withdrawn; nothing is left of it.")
    listed = add(root, "ListMetadataFormats")
    for each in FORMATS.values():
        described = add(listed, "metadataFormat")
        add(described, "metadataPrefix", each.prefix)
        add(described, "schema", each.schema)
        add(described, "metadataNamespace", each.namespace)


def _list_sets(root: Element, arguments: dict[str, str]) -> None:
    if "resumptionToken" in arguments:
        raise Refused("badResumptionToken", "The sets come in one answer.")
    listed = add(root, "ListSets")
    for spec, name in _sets():
        each = add(listed, "set")
        add(each, "setSpec", spec)
        add(each, "setName", name)


def _get_record(root: Element, arguments: dict[str, str]) -> None:
    row = _found(arguments["identifier"])
    _format(arguments["metadataPrefix"])
    _record(add(root, "GetRecord"), row, arguments["metadataPrefix"], authorities.current())


def _list_identifiers(root: Element, arguments: dict[str, str]) -> None:
    _asked, found = _portion(arguments)
    listed = add(root, "ListIdentifiers")
    for row in found.rows:
        _header(listed, row)
    _resumption(listed, found)


def _list_records(root: Element, arguments: dict[str, str]) -> None:
    asked, found = _portion(arguments)
    listed, names = add(root, "ListRecords"), authorities.current()
    for row in found.rows:
        _record(listed, row, asked.prefix, names)
    _resumption(listed, found)


VERBS: dict[str, Callable[[Element, dict[str, str]], None]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_metadata_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}


# --- Records -----------------------------------------------------------------------------------
def _header(parent: Element, row: PublicRecord) -> None:
    """Of a withdrawn record, that it is deleted, which, and the day. Nothing else."""
    header = add(parent, "header", status="deleted" if row.withdrawn_at else "")
    add(header, "identifier", identifier(row.reference))
    add(header, "datestamp", datestamp(row.changed_on))
    if row.document is not None:
        for spec in harvest.sets_of(orjson.loads(row.document)):
            add(header, "setSpec", spec)


def _record(
    parent: Element, row: PublicRecord, prefix: str, names: authorities.Authorities
) -> None:
    record = add(parent, "record")
    _header(record, row)
    if row.document is not None:
        described = Described(row.read(), names)
        add(record, "metadata").append(FORMATS[prefix].write(described, row))


def _found(asked: str) -> PublicRecord:
    """The record of an identifier, withdrawn or not. Raises Refused."""
    start = identifier("")
    row = beside.find(asked.removeprefix(start)) if asked.startswith(start) else None
    if row is None:
        raise Refused("idDoesNotExist", "There is no such record.")
    return row


def _format(prefix: str) -> None:
    if prefix not in FORMATS:
        raise Refused("cannotDisseminateFormat", f"The formats are {', '.join(FORMATS)}.")


def identifier(reference: str) -> str:
    return f"oai:{_namespace()}:{reference}"


def record_address(reference: str, prefix: str) -> str:
    """Where one record stands in one format, alone."""
    asked = urlencode(
        {"verb": "GetRecord", "metadataPrefix": prefix, "identifier": identifier(reference)}
    )
    return f"{settings.BASE_URL}/oai?{asked}"


def datestamp(day: date) -> str:
    return f"{day.isoformat()}T23:59:59Z"


def _namespace() -> str:
    """The archive's host name, which the scheme of identifiers wants to be a domain's."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    return host if _DOMAIN.fullmatch(host) else "aleppo-archive.invalid"


# --- Lists -------------------------------------------------------------------------------------
def _portion(arguments: dict[str, str]) -> tuple[Harvest, Portion]:
    """The harvest asked for and its next page. Raises Refused."""
    verb = arguments["verb"]
    try:
        if "resumptionToken" in arguments:
            asked = Harvest.resumed(verb, arguments["resumptionToken"])
        else:
            asked = _begun(verb, arguments)
        if asked.prefix not in FORMATS or (asked.set and not harvest.known_set(asked.set)):
            raise BadToken(asked.prefix)
        found = harvest.portion(asked)
    except BadToken as error:
        words = "This is no token of this archive for this verb. Begin the harvest again."
        raise Refused("badResumptionToken", words) from error
    if not found.rows:
        raise Refused("noRecordsMatch", "No record matches.")
    return asked, found


def _begun(verb: str, arguments: dict[str, str]) -> Harvest:
    since, until = arguments.get("from", ""), arguments.get("until", "")
    if since and until and len(since) != len(until):
        raise Refused("badArgument", "from and until must be of one granularity.")
    first, last = _moment("from", since), _moment("until", until)
    if first and last and first > last:
        raise Refused("badArgument", "from is later than until.")
    _format(arguments["metadataPrefix"])
    named = arguments.get("set", "")
    if named and not harvest.known_set(named):
        raise Refused("noRecordsMatch", "There is no such set.")
    days = (first.date() if first else None, _whole_day(last, until) if last else None)
    return Harvest(verb, arguments["metadataPrefix"], named, *days)


def _moment(name: str, text: str) -> datetime | None:
    """A day or a second of UTC; None for nothing. Raises Refused."""
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        if _SECOND.fullmatch(text):
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        pass
    words = f"{name} must be a day of the calendar, as 2026-03-01, or 2026-03-01T12:00:00Z."
    raise Refused("badArgument", words)


def _whole_day(last: datetime, text: str) -> date:
    """The last day that is over by `until`: a datestamp is the last second of its day."""
    if _DAY.fullmatch(text) or f"{last:%H:%M:%S}" == "23:59:59":
        return last.date()
    return last.date() - timedelta(1) if last.date() > date.min else date.min


def _resumption(listed: Element, found: Portion) -> None:
    """The token of the next page; an empty one on the last, none when there is but one page."""
    if not found.following and not found.cursor:
        return
    numbers = {"completeListSize": str(found.total), "cursor": str(found.cursor)}
    add(listed, "resumptionToken", found.following, **numbers)


def _sets() -> Iterable[tuple[str, str]]:
    """(setSpec, name) of every set: of the kinds, the published places, the years filmed in."""
    for term in vocabularies.RECORD_KINDS:
        yield f"kind.{term.code}", f"{term.en} · {term.ar}"
    for place in authorities.current().of_kind(NEIGHBOURHOOD):
        yield f"neighbourhood.{place.slug}", f"{place.name_en} · {place.name_ar}"
    live = PublicRecord.objects.live()
    filmed = live.aggregate(first=Min("filmed_from"), last=Max("filmed_to"))
    first, last = filmed["first"], filmed["last"]
    if first and last:
        for year in range(first.year, last.year + 1):
            if harvest.YEAR.fullmatch(str(year)):
                yield f"year.{year}", str(year)
