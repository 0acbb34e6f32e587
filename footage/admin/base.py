"""What every page of the workshop shares: bounded lists, no deletion, verbs that ask first."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import CharField, Field, Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from footage.custody.models import CustodyEvent, EventType, record
from footage.models import Clip
from footage.models.fields import said

SEALED_CLIP = "footage.sealed_clip"


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless whoever asks holds `permission`."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


# Tabs and line ends are text; the other controls are not, and no XML may hold them. The marks that
# turn all that follows (not the isolates, which end by themselves) disguise a name or an address.
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]")


def only_text(value: Any) -> None:
    """Raise ValidationError for a character that no text has, naming it and where it stands."""
    if isinstance(value, str) and (found := NOT_TEXT.search(value)):
        raise ValidationError(
            _(
                "The character at place %(place)s (%(code)s) is a control character, not text. "
                "Delete it and type that place again."
            ),
            code="control",
            params={"place": found.start() + 1, "code": f"U+{ord(found[0]):04X}"},
        )


def isolated(text: Any) -> str:
    """`text` within a sentence of another direction: a name, a time, what somebody typed."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def title_and_reference(clip: Clip) -> str:
    """A clip in a list: its title in the language being read, and its reference."""
    title = said(clip.title_en, clip.title_ar) or clip.title_en or clip.title_ar
    return format_html(
        '<bdi>{}</bdi> <bdi class="quiet" dir="ltr">{}</bdi>',
        title or _("(no title yet)"),
        clip.reference,
    )


class OnlyText:
    """For a ModelAdmin or an inline: its text fields take text alone."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(field, CharField):
            field.validators.append(only_text)
        return field


class WorkshopAdmin(OnlyText, admin.ModelAdmin):
    """A ModelAdmin that deletes nothing and whose lists stay small."""

    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    view_on_site = False
    save_on_top = True
    # Fields, and models of inlines, that the log of actions does not even name: they are sealed,
    # and whoever may see the thing reads its history. The chain of custody has them.
    unlogged: frozenset[str] = frozenset()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Whether a list may be asked by `lookup`: only by what its own filters show.

        Django lets any column of the model be asked (`?source_note__startswith=a`), and the number
        of answers then spells out a sealed text, letter by letter.
        """
        name, *rest = lookup.split("__")
        shown: set[Any] = {self.date_hierarchy}
        for item in self.get_list_filter(request) if request else self.list_filter:
            if isinstance(item, type):
                shown.add(getattr(item, "parameter_name", None))
            else:
                shown.add(item[0] if isinstance(item, list | tuple) else item)
        return name in shown and len(rest) <= 1

    def found(self, request: HttpRequest, object_id: Any) -> Any:
        """The object, for a verb. Raises Http404, and PermissionDenied without leave to see it.

        Leave is asked for first: "forbidden" and "not found" would say what exists.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, str(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        return obj

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        # Django looks for the thing first, and says to whoever may not see it whether it exists.
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Which fields and tables changed. Django would name the rows of tables too: who is seen in
        a clip, what a person agreed to."""
        known = {field.name: field for field in self.opts.get_fields()}
        with translation.override(None):
            # As the model calls them, untranslated: whoever reads it reads their own language.
            labels = [
                str(getattr(known.get(name), "verbose_name", name))
                for name in form.changed_data
                if name not in self.unlogged
            ]
            labels += [
                str(formset.model._meta.verbose_name_plural)
                for formset in formsets or ()
                if formset.has_changed() and formset.model._meta.model_name not in self.unlogged
            ]
        if add:
            return [{"added": {}}]
        return [{"changed": {"fields": labels}}] if labels else []

    def address_of(self, obj: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def verb(
        self, pk: Any, act: str, label: Any, *more: str, grave: bool = False
    ) -> dict[str, Any]:
        """A button above the form that leads to the page of an act."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{act}"
        return {"address": reverse(name, args=[pk, *more]), "label": label, "grave": grave}

    def back_to(self, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(self.address_of(obj))

    def ask(
        self,
        request: HttpRequest,
        obj: Any,
        *,
        title: Any,
        verb: Any,
        consequences: Iterable[Any] = (),
        reasons: Iterable[Any] = (),
        form: Form | None = None,
        possible: bool = True,
        grave: bool = False,
        template: str = "admin/act.html",
        **extra: Any,
    ) -> HttpResponse:
        """The page before an act: what will follow, what stands against it, and one button."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": None,
            "opts": self.opts,
            "original": obj,
            "back": self.address_of(obj) if obj is not None else None,
            "verb": verb,
            "consequences": list(consequences),
            "reasons": [self._reason(reason, obj) for reason in reasons],
            "form": form,
            "possible": possible,
            "grave": grave,
            **extra,
        }
        return TemplateResponse(request, template, context)

    def _reason(self, reason: Any, obj: Any) -> dict[str, Any]:
        """A reason with the place on the form where it is mended."""
        anchor = ""
        if reason.field:
            own = {field.name for field in self.opts.get_fields() if not field.auto_created}
            anchor = f"#id_{reason.field}" if reason.field in own else f"#{reason.field}-group"
        return {"message": reason.message, "link": f"{self.address_of(obj)}{anchor}"}

    def record_sealed_view(self, request: HttpRequest, subject: str) -> None:
        """Note, once a day for each person and thing, that a page with sealed fields was opened."""
        today = {"agent": request.user, "recorded_at__gte": timezone.now() - timedelta(days=1)}
        seen = CustodyEvent.objects.filter(type=EventType.SEALED_VIEW, subject=subject, **today)
        if not seen.exists():
            record(EventType.SEALED_VIEW, subject, agent=request.user)

    def record_change(self, request: HttpRequest, subject: str, fields: Iterable[str]) -> None:
        """Note in the chain of custody which fields changed: their names, never their values."""
        if fields := list(fields):
            record(EventType.METADATA_MODIFICATION, subject, agent=request.user, fields=fields)
