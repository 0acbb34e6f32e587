"""Whose consent each public record rests on, noted as it is published."""

from footage.models import Clip, Reliance, Testimony


def rely(item: Clip | Testimony) -> None:
    """Note whose consent the record of `item` rests on, as it is published now."""
    forget(item.reference)
    relied: list[Reliance] = []
    if isinstance(item, Testimony):
        if item.witness is not None and not item.decided_without_consent:
            relied.append(Reliance(reference=item.reference, witness=item.witness))
    else:
        if item.journalist is not None and not item.decided_without_consent:
            relied.append(Reliance(reference=item.reference, journalist=item.journalist))
        seen = item.appearances.filter(identifiable=True, resolved="", witness__isnull=False)
        relied += [
            Reliance(reference=item.reference, witness_id=witness, seen=True)
            for witness in sorted(set(seen.values_list("witness", flat=True)))
        ]
    Reliance.objects.bulk_create(relied)


def forget(reference: str) -> None:
    """Drop what was noted of a record: it is public no longer, or about to be published anew."""
    Reliance.objects.filter(reference=reference).delete()
