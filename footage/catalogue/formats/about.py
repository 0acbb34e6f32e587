"""What an exported file is: the question it answers, how much, as of when, under which terms.

No clock is in it. A file shows the catalogue after its last change, whose number and day are
public; asked again before the next one it is the same, byte for byte.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, Subquery, Value

from footage.catalogue import dictionary
from footage.catalogue.formats.flat import columns
from footage.catalogue.models import PublicRecord, PublicState
from footage.catalogue.published import NAMED
from footage.catalogue.queries import Query
from footage.catalogue.record import SCHEMA
from footage.catalogue.streams import whole

RIGHTS = (
    "The rights to each item stay with the person who made it unless its fields `rights` and "
    "`rights_note` say otherwise. Cite each item by its permanent address."
)
_TABLE_TYPES = {
    "number": "number",
    "whole-number": "integer",
    "yes-or-no": "boolean",
    "day": "date",
}


@dataclass(frozen=True)
class About:
    """One export. `tombstones` are the withdrawn records that it lists besides."""

    query: Query
    records: int
    tombstones: int
    change: int
    changed_on: date | None

    @property
    def address(self) -> str:
        """The page of what is exported."""
        return f"{settings.BASE_URL}/en/clips/{self.query.address}"

    def lines(self) -> list[tuple[str, str]]:
        """For people: a label and a text each."""
        return [
            ("Source", "The Aleppo Archive / أرشيف حلب"),
            ("Address", self.address),
            ("Query", self.query.address.removeprefix("?") or "every clip"),
            ("Records", str(self.records)),
            ("Withdrawn records listed", str(self.tombstones)),
            ("As of", self.as_of),
            ("Change number", str(self.change)),
            ("Schema number", str(SCHEMA)),
            ("Software", f"aleppo-archive {version()}"),
            ("Rights", RIGHTS),
            ("Fields", f"{settings.BASE_URL}/en/about/data/"),
        ]

    @property
    def as_of(self) -> str:
        """The day of the last change (UTC), no finer than is public; "" in an empty catalogue."""
        return self.changed_on.isoformat() if self.changed_on else ""

    def stated(self) -> dict[str, Any]:
        """For programs."""
        return {
            "query": dict_of(self.query),
            "records": self.records,
            "tombstones": self.tombstones,
            "as_of": self.as_of or None,
            "change": self.change,
            "schema": dictionary.schema_address(),
            "software": {"name": "aleppo-archive", "version": version()},
            "rights": RIGHTS,
            "homepage": self.address,
        }


def about(query: Query, records: int) -> About:
    """What an export of a query says of itself. One database query."""
    last = PublicRecord.objects.filter(change=OuterRef("change"))
    gone = PublicRecord.objects.filter(withdrawn_at__isnull=False)
    counted = gone.values(one=Value(1)).annotate(number=Count("pk")).values("number")
    state = PublicState.objects.filter(pk=1).annotate(
        day=Subquery(last.values("changed_on")[:1]),
        gone=Subquery(counted.order_by()) if whole(query) else Value(0),
    )
    found = state.values_list("change", "day", "gone").first()
    change, day, tombstones = found or (0, None, 0)
    return About(query, records, tombstones or 0, change, day)


def dict_of(query: Query) -> dict[str, list[str]]:
    """The parameters of a query by name."""
    found: dict[str, list[str]] = {}
    for name, value in query.pairs():
        found.setdefault(name, []).append(value)
    return found


@cache
def version() -> str:
    """Of the software, as pyproject.toml names it."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])


# --- A data package -------------------------------------------------------------------------------
def data_package(of: About, resources: list[dict[str, Any]]) -> dict[str, Any]:
    """The description of an export in all its formats (Data Package 2.0, datapackage.org)."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "aleppo-archive",
        "title": "The Aleppo Archive / أرشيف حلب",
        "description": RIGHTS,
        "homepage": of.address,
        "version": str(of.change),
        "licenses": [
            {
                "name": "other",
                "title": "The rights of each item stand in its fields",
                "path": f"{settings.BASE_URL}/en/about/",
            }
        ],
        "about": of.stated(),
        "resources": resources,
    }


def table_schema() -> dict[str, Any]:
    """The columns of the tables (Table Schema 2.0), from the declared fields."""
    declared = {
        entry.path: entry
        for model in ("envelope", "record", "tombstone")
        for entry in dictionary.entries(model)
    }
    fields: list[dict[str, Any]] = []
    for name in columns():
        slug, _, language = name.partition("_name_")
        if language and slug in NAMED:
            kind = {"en": "Name in English of", "ar": "Name in Arabic of"}[language]
            fields.append({"name": name, "type": "string", "description": f"{kind} {slug}"})
            continue
        entry = declared[name]
        field: dict[str, Any] = {
            "name": name,
            "type": "string" if entry.many else _TABLE_TYPES.get(entry.type, "string"),
            "description": entry.description_en,
            "description_ar": entry.description_ar,
            **({"unit": entry.unit} if entry.unit else {}),
            **({"vocabulary": entry.vocabulary} if entry.vocabulary else {}),
        }
        if name == "reference":
            field["constraints"] = {"required": True, "unique": True}
        elif entry.vocabulary and not entry.many and entry.type == "text":
            codes = dictionary.BY_NAME[entry.vocabulary].codes
            field["constraints"] = {"enum": list(codes)}
        fields.append(field)
    return {"fields": fields, "primaryKey": ["reference"], "missingValues": [""]}
