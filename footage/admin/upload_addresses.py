"""The addresses of uploads, for whoever may add a clip."""

from typing import Any

from django.urls import reverse

from footage.accession import draft_of_upload
from footage.ingest.models import Master
from footage.ingest.uploads.views import House, addresses
from footage.models import Clip

SEES_CLIPS = "footage.view_clip"


def page_of(master: Master, user: Any) -> str:
    """The page of the clip with this master, "" for whoever may not see it."""
    if not user.has_perm(SEES_CLIPS):
        return ""
    clip = Clip.objects.filter(master=master).only("pk").first()
    return reverse("admin:footage_clip_change", args=[clip.pk]) if clip else ""


urlpatterns = addresses(House(arrival=draft_of_upload, page=page_of))
