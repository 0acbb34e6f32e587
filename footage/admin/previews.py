"""The very page that readers would get, made from a draft and seen by staff alone."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from footage import publishing
from footage.models import Clip
from footage.publishing.preview import preview
from footage.reading_room import pages
from footage.reading_room.rendering import LANGUAGES, frame


def working_media(name: str) -> str:
    return reverse("admin:footage_clip_working", args=[name])


def answer(desk: Any, request: HttpRequest, item: Any, language: str) -> HttpResponse:
    """The page of `item` in `language`; or, while it cannot be made, what it still needs."""
    if language not in LANGUAGES:
        raise Http404
    try:
        shown = preview(item)
    except ValueError:
        return desk.ask(
            request,
            item,
            title=_("Preview"),
            verb="",
            reasons=publishing.reasons_against(item, by=request.user),
            possible=False,
        )
    kind, address = ("clip", "clips") if isinstance(item, Clip) else ("testimony", "testimonies")
    with translation.override(language):
        if kind == "clip":
            context = pages.clip_page(
                shown.record, None, shown.names, language, show=True, media=working_media
            )
        else:
            context = pages.testimony_page(shown.record, None, shown.names, language)
        body = loader.get_template(f"reading_room/{kind}.html", using="public").render(
            {**frame(language, f"/{language}/{address}/{item.reference}/"), **context}
        )
    return HttpResponse(body, headers={"Cache-Control": "private, no-store"})
