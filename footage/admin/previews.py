"""The very page that readers would get, made from a draft and seen by staff alone."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from footage import publishing
from footage.models import Clip
from footage.publishing.preview import preview
from footage.reading_room import pages

LANGUAGES = {"en": "English", "ar": "العربية"}


def working_media(name: str) -> str:
    return reverse("admin:footage_clip_working", args=[name])


def frame(item: Any, language: str) -> dict[str, Any]:
    """What the readers' layout asks for; its language switch leads to the other preview."""
    name = f"admin:{item._meta.app_label}_{item._meta.model_name}_preview"
    in_languages = [
        {
            "code": code,
            "name": said,
            "dir": pages.direction(code),
            "path": reverse(name, args=[item.pk, code]),
            "current": code == language,
        }
        for code, said in LANGUAGES.items()
    ]
    return {
        "language": language,
        "direction": pages.direction(language),
        "in_languages": in_languages,
        "base_url": settings.BASE_URL,
        "here": reverse(name, args=[item.pk, language]),
        "demonstration_site": settings.ARCHIVE_DEMONSTRATION,
    }


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
    kind = "clip" if isinstance(item, Clip) else "testimony"
    with translation.override(language):
        if kind == "clip":
            context = pages.clip_page(
                shown.record,
                None,
                shown.names,
                language,
                choice=replace(pages.Choice.read(request.GET), show="1"),
                media=working_media,
            )
        else:
            context = pages.testimony_page(shown.record, None, shown.names, language)
        body = loader.get_template(f"reading_room/{kind}.html", using="public").render(
            {**frame(item, language), **context}
        )
    return HttpResponse(body, headers={"Cache-Control": "private, no-store"})
