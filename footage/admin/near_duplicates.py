"""Pairs of clips that seem to show the same footage, with their frames; a person decides."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from footage import publishing
from footage.admin.base import WorkshopAdmin, title_and_reference
from footage.models import Clip, NearDuplicate
from footage.models.near_duplicate import NearDuplicateQuerySet

SHOWN = 20


def of(request: HttpRequest, clip: Clip) -> list[dict[str, Any]]:
    """The pairs a clip is in, undecided ones first, for the panel on its page."""
    if not request.user.has_perm("footage.view_nearduplicate"):
        return []
    pairs = NearDuplicate.objects.of(clip.master_id).select_related("first__clip", "second__clip")
    return [
        {
            "address": reverse("admin:footage_nearduplicate_change", args=[pair.pk]),
            "other": next((each for each in pair.clips() if each and each.pk != clip.pk), None),
            "kind": pair.get_kind_display(),
            "verdict": pair.get_verdict_display() if pair.verdict else "",
        }
        for pair in pairs.order_by("verdict", "-pk")[:SHOWN]
    ]


class DecisionForm(forms.ModelForm):
    verdict = forms.ChoiceField(
        label=_("What do you see?"),
        choices=NearDuplicate.Verdict.choices,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = NearDuplicate
        fields = ("verdict", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3, "dir": "auto"})}


class ByDecision(admin.SimpleListFilter):
    title = _("decision")
    parameter_name = "decided"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("waits for somebody")), ("yes", _("decided"))]

    def queryset(self, request: HttpRequest, queryset: NearDuplicateQuerySet) -> Any:
        if self.value() == "no":
            return queryset.open()
        return queryset.exclude(verdict="") if self.value() == "yes" else queryset


@admin.register(NearDuplicate)
class NearDuplicateAdmin(WorkshopAdmin):
    list_display = ("both", "kind", "matched", "proposed_at", "verdict", "decided_by")
    list_select_related = ("decided_by", "first__clip", "second__clip")
    list_filter = (ByDecision, "kind")

    def both(self, pair: NearDuplicate) -> str:
        return format_html_join(
            mark_safe("<br>"),
            "{}",
            (
                (title_and_reference(clip) if clip else _("A file without a clip"),)
                for clip in pair.clips()
            ),
        )

    both.short_description = Clip._meta.verbose_name_plural

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list:
        return [
            path(
                "<int:object_id>/frames/<slug:side>/",
                self.admin_site.admin_view(self.frames),
                name="footage_nearduplicate_frames",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """The frames side by side, and the decision, which may be taken anew."""
        pair = self.found(request, object_id)
        may_decide = self.has_change_permission(request, pair)
        if request.method == "POST" and not may_decide:
            raise PermissionDenied
        form: Any = (
            DecisionForm(request.POST or None, instance=pair, label_suffix="")
            if may_decide
            else None
        )
        if form is not None and request.method == "POST" and form.is_valid():
            self.decide(request, self.found(request, object_id), form.cleaned_data)
            return self.back_to(pair)
        return self.ask(
            request,
            None,
            title=_("Do these two show the same footage?"),
            verb=_("Record the decision"),
            form=form,
            possible=may_decide,
            template="admin/near_duplicate.html",
            pair=pair,
            sides=self.sides(pair),
            history=reverse("admin:footage_nearduplicate_history", args=[pair.pk]),
        )

    def decide(self, request: HttpRequest, pair: NearDuplicate, said: dict[str, Any]) -> None:
        with transaction.atomic():
            pair.decide(said["verdict"], by=request.user, note=said["note"])
            taken = publishing.take_link_away(pair, by=request.user)
        self.log_change(request, pair, str(_("Decided.")))
        messages.success(request, _("The decision is recorded."))
        if taken:
            messages.success(request, _("Readers no longer see that the two are linked."))
        elif pair.verdict != NearDuplicate.Verdict.OTHER and all(pair.clips()):
            messages.info(
                request,
                _(
                    "Readers see the link when both clips are published and say the same of "
                    "credit, place, date and advisory: revise one of them to show it."
                ),
            )

    def sides(self, pair: NearDuplicate) -> list[dict[str, Any]]:
        """What the page shows of each of the two, in the order they were received."""
        names = (pair.first_frames, pair.second_frames)
        masters = (pair.first, pair.second)
        return [
            {
                "side": side,
                "label": (_("received first"), _("received second"))[number],
                "clip": clip,
                "address": reverse("admin:footage_clip_change", args=[clip.pk]) if clip else "",
                "received_at": master.received_at,
                "duration_s": master.duration_s,
                "bytes": master.bytes,
                "frames": reverse("admin:footage_nearduplicate_frames", args=[pair.pk, side])
                if name
                else "",
                "times": [moment[number] for moment in pair.moments],
            }
            for number, (side, clip, name, master) in enumerate(
                zip(("first", "second"), pair.clips(), names, masters, strict=True)
            )
        ]

    def frames(self, request: HttpRequest, object_id: int, side: str) -> HttpResponse:
        """The picture of one side's frames, for whoever may see the pair."""
        pair = self.found(request, object_id)
        name = {"first": pair.first_frames, "second": pair.second_frames}.get(side)
        if not name or not storages["working"].exists(name):
            raise Http404
        with storages["working"].open(name) as file:
            picture = file.read()
        headers = {"Cache-Control": "private, no-store"}
        return HttpResponse(picture, content_type="image/jpeg", headers=headers)
