"""What neighbouring records give away, as sentences with the records they name."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from footage.models import Clip, Event
from footage.publishing import Giveaway

# (what, by, whether it is this record that is given away): the sentence before the name.
SENTENCES: dict[tuple[str, str, bool], Any] = {
    ("place", "clip", True): _("This clip is public and shows the place that is hidden here:"),
    ("date", "clip", True): _("This clip is public and shows the date that is hidden here:"),
    ("place", "clip", False): _("This record would show the place that is hidden in this clip:"),
    ("date", "clip", False): _("This record would show the date that is hidden in this clip:"),
    ("place", "event", True): _("Its event shows the place that is hidden here:"),
    ("date", "event", True): _("Its event shows the date that is hidden here:"),
    ("place", "words", True): _("Its own title, summary or note names the place that is hidden:"),
}


def said_giveaways(item: Any, found: list[Giveaway]) -> Iterator[dict[str, Any]]:
    """For each giveaway of `item`: the sentence, whom it names, and where to look at it."""
    for each in found:
        ours = each.of == item.reference
        said = {"sentence": SENTENCES[each.what, each.by, ours], "title": each.title}
        if each.by == "event":
            event = Event.objects.get(slug=each.teller)
            said["address"] = reverse("admin:footage_event_change", args=[event.pk])
        if each.by == "clip":
            other = Clip.objects.get(reference=each.teller if ours else each.of)
            said |= {
                "title": str(other),
                "reference": other.reference,
                "address": reverse("admin:footage_clip_change", args=[other.pk]),
            }
        yield said
