"""Names in the catalogue: who and what documents point to by slug."""

import secrets
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from footage.catalogue.models import PublicAuthority, PublicRecord, PublicTerm
from footage.custody.models import EventType, record
from footage.models import Event, Film, Location
from footage.publishing import rows
from footage.publishing.coarsening import shown_degrees
from footage.publishing.naming import named_by_a_film
from footage.publishing.reasons import PUBLISH, NotPublishable, Reason
from footage.publishing.sealed_words import person_words_in
from people.models import Journalist, Person, PublicSlug, Use, Witness
from people.roles import holds

Kind = PublicAuthority.Kind
Published = Journalist | Witness | Event | Film | Location


def publish_authority(item: Published, *, by: Any) -> PublicAuthority:
    """Publish, or publish again as it now stands, the name and text of one authority.

    A changed byline takes a new slug, the old address answers 404, and every live record follows
    in the same transaction. Raises PermissionDenied for staff who may not publish and
    NotPublishable when a person may not be named or the text holds a sealed word.
    """
    if not holds(by, PUBLISH):
        raise PermissionDenied
    with transaction.atomic():
        rows.alone()
        # Read again under lock: a stale copy would publish a name withheld meanwhile.
        item = type(item).objects.get(pk=item.pk)
        if isinstance(item, Journalist | Witness):
            _check_person(item)
        authority = put(item, renewed=True, stays=isinstance(item, Location))
        record(
            EventType.PUBLICATION,
            f"{authority.kind}:{authority.slug}",
            agent=by,
        )
    return authority


def _check_person(person: Person) -> None:
    reasons = []
    if not person.named:
        reasons.append(
            Reason("name-withheld", "protection", _("The name is withheld, so it is not public."))
        )
    elif not (person.consents_to(Use.VIEW) or named_by_a_film(person)):
        reasons.append(Reason("consent", "consents", _("Record consent first: the default is no.")))
    if person_words_in(
        person,
        "\n".join((person.byline_en, person.byline_ar, person.biography_en, person.biography_ar)),
    ):
        reasons.append(Reason("sealed-words", "", _("It needs a custodian."), needs_custodian=True))
    if reasons:
        raise NotPublishable(reasons)


def put(item: Published, *, renewed: bool = False, stays: bool = False) -> PublicAuthority:
    """Store the authority of `item`; without `renewed`, leave one that stands as it is.

    A place `stays` when the gazetteer or a person published it for its own sake, an event when it
    is one of the reference data; one that only records or events use goes with the last of them.
    """
    if isinstance(item, Journalist | Witness):
        return _put_person(item, renewed=renewed)
    kind = _kind(item)
    standing = PublicAuthority.objects.filter(kind=kind, slug=item.slug).first()
    if standing is not None and not renewed:
        return standing
    stays = stays or bool(standing and standing.stated.get("stays"))
    if isinstance(item, Location):
        return rows.put_authority(
            kind,
            item.slug,
            name_en=item.name_en,
            name_ar=item.name_ar,
            polygon=orjson.dumps(item.polygon).decode() if item.polygon else "",
            facts={
                "kind": item.kind,
                "parent": item.parent.slug if item.parent else None,
                "variants": [variant["text"] for variant in item.variants],
                "latitude": shown_degrees(item.latitude),
                "longitude": shown_degrees(item.longitude),
                "stays": stays,
            },
        )
    texts = {
        "name_en": item.title_en,
        "name_ar": item.title_ar,
        "text_en": item.summary_en,
        "text_ar": item.summary_ar,
    }
    if isinstance(item, Event):
        if item.location is not None:
            put(item.location)
        facts: dict[str, Any] = {
            "happened": item.happened,
            "place": item.location.slug if item.location else None,
            "source_en": item.source_en,
            "source_ar": item.source_ar,
            "demonstration": item.demonstration,
            "stays": stays,
        }
    else:
        named = [witness for witness in item.witnesses.all() if witness.named]
        facts = {
            "broadcaster_en": item.broadcaster_en,
            "broadcaster_ar": item.broadcaster_ar,
            "broadcast_title_en": item.broadcast_title_en,
            "broadcast_title_ar": item.broadcast_title_ar,
            "broadcast_on": item.broadcast_on.isoformat() if item.broadcast_on else None,
            "source_en": item.source_en,
            "source_ar": item.source_ar,
            "witnesses": sorted(put(witness).slug for witness in named),
            "demonstration": item.demonstration,
        }
    return rows.put_authority(kind, item.slug, facts=facts, **texts)


def others_under(person: Journalist | Witness, reference: str) -> int:
    """How many other live records stand under the same name: what a byline joins for readers."""
    terms = PublicTerm.objects.filter(facet=_kind(person), value=person.public_slug)
    return terms.exclude(record__reference=reference).count()


def _kind(item: Published) -> str:
    return {
        Journalist: Kind.JOURNALIST,
        Witness: Kind.WITNESS,
        Event: Kind.EVENT,
        Film: Kind.FILM,
        Location: Kind.NEIGHBOURHOOD,
    }[type(item)]


def _put_person(person: Journalist | Witness, *, renewed: bool) -> PublicAuthority:
    kind = _kind(person)
    old = person.public_slug
    standing = PublicAuthority.objects.filter(kind=kind, slug=old).first() if old else None
    if standing is not None and not renewed:
        return standing
    bylines = (person.byline_en, person.byline_ar)
    slug = old
    if standing is None or (standing.name_en, standing.name_ar) != bylines:
        slug = _free_slug(kind, person.byline_en)
        side: dict[str, Any] = {kind: person}
        PublicSlug.objects.update_or_create(**side, defaults={"slug": slug})
    authority = rows.put_authority(
        kind,
        slug,
        name_en=person.byline_en,
        name_ar=person.byline_ar,
        text_en=person.biography_en,
        text_ar=person.biography_ar,
        facts={"demonstration": person.demonstration},
    )
    if standing is not None and old != slug:
        rows.drop_authority(kind, old)
        _follow(kind, old, slug)
    return authority


def _free_slug(kind: str, byline: str) -> str:
    """A slug made of the byline alone; a second person of the same byline gets a random tail."""
    slug = slugify(byline)[:60] or kind
    if PublicAuthority.objects.filter(kind=kind, slug=slug).exists():
        return f"{slug}-{secrets.token_hex(3)}"
    return slug


def _follow(kind: str, old: str, new: str | None) -> None:
    """Let every live record that credits `old` credit `new`, or nobody."""
    terms = PublicTerm.objects.filter(facet=kind, value=old)
    for row in PublicRecord.objects.live().filter(pk__in=terms.values("record_id")):
        changes: dict[str, Any] = {kind: new}
        if new is None:
            changes["credit"] = "withheld"
        rows.put(row.read().model_copy(update=changes), quietly=True)
    for film in PublicAuthority.objects.filter(kind=Kind.FILM):
        facts = film.stated
        if kind == Kind.WITNESS and old in facts["witnesses"]:
            kept = [slug for slug in facts["witnesses"] if slug != old]
            facts["witnesses"] = sorted([*kept, new] if new else kept)
            PublicAuthority.objects.filter(pk=film.pk).update(facts=orjson.dumps(facts).decode())
            rows.note_authorities_changed()


def remove_name(person: Journalist | Witness) -> bool:
    """Take the person's name out of the whole catalogue. Whether it stood there."""
    kind, slug = _kind(person), person.public_slug
    if not slug or not rows.drop_authority(kind, slug):
        return False
    _follow(kind, slug, None)
    return True


def prune() -> int:
    """Remove names that no live record and no film uses any more; return how many.

    The gazetteer, the films and the events of the reference data stay. A place or an event that
    staff added does not: its name alone would say what a withdrawn record was of.
    """
    in_films = {
        slug
        for film in PublicAuthority.objects.filter(kind=Kind.FILM)
        for slug in film.stated["witnesses"]
    }
    removed = 0
    for kind in (Kind.JOURNALIST, Kind.WITNESS, Kind.EVENT):
        for name in PublicAuthority.objects.filter(kind=kind).exclude(_used(kind)):
            kept = name.slug in in_films if kind == Kind.WITNESS else name.stated.get("stays")
            if not kept:
                removed += rows.drop_authority(kind, name.slug)
    return removed + _prune_places()


def _used(*facets: str) -> Exists:
    """Of a name: that a live record uses it. Asked of each name, since terms are as many as records
    are, and every withdrawal asks."""
    return Exists(PublicTerm.objects.filter(facet__in=facets, value=OuterRef("slug")))


def _prune_places() -> int:
    """Remove places published for the sake of records and events that are all gone."""
    places = {
        place.slug: place.stated
        for place in PublicAuthority.objects.filter(kind=Kind.NEIGHBOURHOOD)
    }
    passing = {slug for slug, facts in places.items() if not facts.get("stays")}
    if not passing:
        return 0
    named = PublicAuthority.objects.filter(kind=Kind.NEIGHBOURHOOD)
    shown = named.filter(_used("place", "neighbourhood"))
    used: set[Any] = set(shown.values_list("slug", flat=True))
    used |= {event.stated.get("place") for event in PublicAuthority.objects.filter(kind=Kind.EVENT)}
    for slug in tuple(used):
        while (slug := places.get(slug, {}).get("parent")) and slug not in used:
            used.add(slug)
    return sum(rows.drop_authority(Kind.NEIGHBOURHOOD, slug) for slug in sorted(passing - used))


def names_in_public() -> set[str]:
    """Every name that is public now, as custody events write it: "kind:slug". One query."""
    names = PublicAuthority.objects.values_list("kind", "slug")
    return {f"{kind}:{slug}" for kind, slug in names}
