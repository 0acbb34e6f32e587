"""renew_copies: a published record gets copies made by a newer recipe, and nothing else.

A page that is open while that happens goes on playing: its copies are served for another day.
"""

from typing import Any

from django.db import transaction

from footage.catalogue.models import PublicRecord
from footage.catalogue.record import SCHEMA
from footage.custody.models import EventType, record
from footage.models import Clip
from footage.publishing import rows
from footage.publishing.access_copies import access_copies, remove
from footage.publishing.describe import public_renditions
from footage.publishing.reasons import PUBLISH
from people.roles import require_person


def outdated_copies(clip: Clip) -> set[str]:
    """Roles of the copies that readers get although the workshop has made them again."""
    row = PublicRecord.objects.live().filter(reference=clip.reference).first()
    if row is None:
        return set()
    made = {copy.role: f"sha256:{copy.digest}" for copy in public_renditions(clip.master)}
    shown = {copy.role: copy.fixity for copy in row.read().renditions}
    return {role for role, fixity in shown.items() if made.get(role, fixity) != fixity}


def renew_copies(clip: Clip, *, by: Any) -> PublicRecord | None:
    """Put the workshop's copies in place of the public ones of the same role. None if all are so.

    Adds nothing: what else was changed since the publication, and a quality that readers do not
    have yet, wait for `revise`, where somebody looks. Version and day of revision stay. Raises
    PermissionDenied unless `by` may publish, CopyDamaged for a working copy that is not whole.
    """
    require_person(by, PUBLISH)
    outdated = outdated_copies(clip)
    if not outdated:
        return None
    with access_copies(clip.master, outdated) as copies:
        row, unused = _put(clip.reference, {copy.role: copy for copy in copies}, by=by)
    remove(unused)
    return row


def _put(reference: str, fresh: dict[str, Any], *, by: Any) -> tuple[PublicRecord | None, set[str]]:
    """The one transaction; also returns the names of copies it had no use for."""
    unused = {copy.name for copy in fresh.values()}
    with transaction.atomic():
        rows.alone()
        # Read again: it may have been withdrawn or silenced while files were being copied.
        row = PublicRecord.objects.live().filter(reference=reference).first()
        if row is None:
            return None, unused
        document = row.read()
        replaced = [copy for copy in document.renditions if copy.role in fresh]
        if not replaced:
            return None, unused
        renewed = document.model_copy(
            update={
                "schema_number": SCHEMA,
                "renditions": tuple(fresh.get(copy.role, copy) for copy in document.renditions),
            }
        )
        old = [copy.name for copy in replaced]
        kept = row.renditions.exclude(superseded_at=None).values_list("name", flat=True)
        row = rows.put(renewed, quietly=True, superseded=[*old, *kept])
        roles = sorted(copy.role for copy in replaced)
        record(EventType.RENEWAL, reference, agent=by, digest=row.digest, roles=roles)
        return row, unused - {copy.name for copy in renewed.renditions}
