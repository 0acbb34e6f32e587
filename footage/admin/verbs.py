"""Publish, revise, withdraw, publish again, preview: pages that say first what will follow."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from footage import publishing
from footage.admin import previews
from footage.admin.base import SEALED_CLIP, WorkshopAdmin, require
from footage.admin.warnings import said_giveaways
from footage.custody.models import EventType
from footage.models import TwoPersonRequest
from footage.models.fields import reading_language
from footage.models.two_persons import Act, ask_for
from footage.publishing import Giveaway
from footage.publishing.reasons import OVERRIDE, PUBLISH
from footage.publishing.states import in_state, states_of
from footage.vocabularies import WITHDRAWAL_REASONS

STATES = {
    "draft": _("draft"),
    "published": _("published"),
    "withdrawn": _("withdrawn"),
}

# What is said to whoever comes to an act that the state does not allow, or not any more.
NOT_NOW = {
    "draft": _("Nothing was done: it is a draft and not public."),
    "published": _("Nothing was done: it is published now."),
    "withdrawn": _("Nothing was done: it is withdrawn now."),
}


@dataclass(frozen=True)
class PublicAct:
    """One way to make something public, as its page names it."""

    event: EventType
    verb: Any
    done: Any


ACTS = {
    "publish": PublicAct(EventType.PUBLICATION, _("Publish"), _("Published.")),
    "revise": PublicAct(EventType.REVISION, _("Revise"), _("Revised.")),
    "reinstate": PublicAct(EventType.REINSTATEMENT, _("Publish again"), _("Published again.")),
}
STATE_BEFORE = {"publish": "draft", "revise": "published", "reinstate": "withdrawn"}


class DecisionForm(forms.Form):
    """What whoever publishes has to decide: only what stands before them is asked."""

    override_reason = forms.CharField(
        label=_("Why it may be published although this stands against it"),
        help_text=_("Recorded in the chain of custody with your name."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    decided = forms.BooleanField(
        label=_("I have looked at each of these, and publish in spite of them."),
        help_text=_("Recorded in the chain of custody with your name."),
    )
    # The list that was shown: what came to be meanwhile is not decided.
    looked_at = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, overrides: bool, found: list[Giveaway]) -> None:
        shown = ",".join(sorted(each.key for each in found))
        self.stale = bool(data and found and data.get("looked_at") != shown)
        super().__init__(None if self.stale else data, initial={"looked_at": shown})
        if not overrides:
            del self.fields["override_reason"]
        if not found:
            del self.fields["decided"], self.fields["looked_at"]


class RequestForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it should be public again"),
        help_text=_("The second person decides by it."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WithdrawalForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Class of reason"),
        help_text=_("Readers will see this on the tombstone, and nothing else."),
        choices=lambda: [("", "—"), *WITHDRAWAL_REASONS.choices(reading_language())],
    )


class ByState(admin.SimpleListFilter):
    """State is what the catalogue says; see `footage.publishing.states`."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        state = self.value() or ""
        return in_state(queryset, state) if state in STATES else queryset


class PublicVerbs(WorkshopAdmin):
    """A described thing (clip, testimony) with its three public acts and a preview."""

    change_form_template = "admin/described_change_form.html"
    actions = ("publish_selected",)
    # The field that names whoever filmed or spoke: not for roles that may not see those people.
    names = ""

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return self.nameable(request, super().get_list_display(request))

    def nameable(self, request: HttpRequest, fields: Iterable[Any]) -> list[Any]:
        """`fields` without the one that names a person, for whoever may not see that person."""
        may_see = request.user.has_perm(f"people.view_{self.names}")
        return [field for field in fields if may_see or field != self.names]

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        verbs = (
            ("publish", self.publish_page),
            ("revise", self.publish_page),
            ("reinstate", self.reinstate_page),
        )
        return [
            *(
                path(
                    f"<int:object_id>/{act}/",
                    self.admin_site.admin_view(view),
                    {"act": act},
                    name=f"{name}_{act}",
                )
                for act, view in verbs
            ),
            path(
                "<int:object_id>/preview/<slug:language>/",
                self.admin_site.admin_view(self.preview_page),
                name=f"{name}_preview",
            ),
            path(
                "<int:object_id>/withdraw/",
                self.admin_site.admin_view(self.withdraw_page),
                name=f"{name}_withdraw",
            ),
            *super().get_urls(),
        ]

    # --- The acts ----------------------------------------------------------------------------
    def publish_page(self, request: HttpRequest, object_id: int, act: str) -> HttpResponse:
        item = self.found(request, object_id)
        require(request, PUBLISH)
        if publishing.state_of(item) != STATE_BEFORE[act]:
            return self.not_now(request, item)
        reasons = publishing.reasons_for_act(item, ACTS[act].event, by=request.user)
        overrides = (
            bool(reasons)
            and all(reason.needs_custodian for reason in reasons)
            and request.user.has_perm(OVERRIDE)
        )
        possible = not reasons or overrides
        found = publishing.undecided(item) if possible else []
        form = None
        if overrides or found:
            form = DecisionForm(request.POST or None, overrides=overrides, found=found)
            if form.stale:
                messages.error(request, _("The list has changed meanwhile. Look at it again."))
        if request.method == "POST" and (form is None or form.is_valid()):
            decided = form.cleaned_data if form else {}
            try:
                getattr(publishing, act)(
                    item,
                    by=request.user,
                    override_reason=decided.get("override_reason", ""),
                    despite=decided.get("looked_at", "").split(","),
                )
            except publishing.NotPublishable as refusal:
                reasons = refusal.reasons
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                self.log_change(request, item, str(ACTS[act].done))
                messages.success(request, ACTS[act].done)
                return self.back_to(item)
        return self.ask(
            request,
            item,
            title=ACTS[act].verb,
            verb=ACTS[act].verb,
            consequences=publishing.consequences(item, act) if possible else (),
            reasons=reasons,
            form=form,
            possible=possible,
            grave=act == "reinstate",
            warnings=list(said_giveaways(item, found)),
        )

    def reinstate_page(self, request: HttpRequest, object_id: int, act: str) -> HttpResponse:
        """Ask a second person first; once they agreed, the page of the act itself."""
        item = self.found(request, object_id)
        require(request, PUBLISH)
        if publishing.state_of(item) != "withdrawn":
            return self.not_now(request, item)
        if publishing.agreed_reinstatement(item, by=request.user):
            return self.publish_page(request, object_id, act)
        waiting = TwoPersonRequest.objects.waiting().filter(
            act=Act.REINSTATE, subject=item.reference
        )
        mine = waiting.filter(asked_by=request.user).first()
        form = None if mine else RequestForm(request.POST or None)
        if request.method == "POST" and form is not None and form.is_valid():
            ask_for(
                Act.REINSTATE,
                item.reference,
                by=request.user,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("Asked. Another publisher must agree within seven days."))
            return self.back_to(item)
        told = [
            _(
                "It was withdrawn. To publish it again takes two persons: you ask, another "
                "publisher agrees, and then you publish it within three days."
            ),
        ]
        if mine:
            told = [_("You asked for this. It waits for the agreement of another publisher.")]
        return self.ask(
            request,
            item,
            title=ACTS[act].verb,
            verb=_("Ask a second person"),
            form=form,
            possible=form is not None,
            told=told,
        )

    def withdraw_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        item = self.found(request, object_id)
        require(request, PUBLISH)
        if publishing.state_of(item) != "published":
            return self.not_now(request, item)
        form = WithdrawalForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            publishing.withdraw(item.reference, reason=form.cleaned_data["reason"], by=request.user)
            self.log_change(request, item, str(_("Withdrawn.")))
            messages.success(request, _("Withdrawn."))
            return self.back_to(item)
        return self.ask(
            request,
            item,
            title=_("Withdraw"),
            verb=_("Withdraw"),
            consequences=publishing.consequences(item, "withdraw"),
            form=form,
            grave=True,
        )

    def not_now(self, request: HttpRequest, item: Any) -> HttpResponse:
        """Back to the thing: it changed meanwhile, in another tab or by somebody else's hand."""
        messages.warning(request, NOT_NOW[publishing.state_of(item)])
        return self.back_to(item)

    def preview_page(self, request: HttpRequest, object_id: int, language: str) -> HttpResponse:
        return previews.answer(self, request, self.found(request, object_id), language)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PUBLISH)

    def publish_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Publish each draft by the same function as the button; say which were refused."""
        for item in queryset[: self.list_per_page]:
            try:
                publishing.publish(item, by=request.user)
            except publishing.NotPublishable as refusal:
                why = " ".join(str(reason.message) for reason in refusal.reasons)
                messages.error(request, f"{item.reference}: {why}")
            except ValidationError as error:
                messages.error(request, f"{item.reference}: {' '.join(error.messages)}")
            else:
                self.log_change(request, item, str(_("Published.")))
                messages.success(
                    request, _("%(reference)s is published.") % {"reference": item.reference}
                )

    publish_selected.short_description = _("Publish the selected")
    publish_selected.allowed_permissions = ("publish",)

    # --- The form ----------------------------------------------------------------------------
    def decision(self, request: HttpRequest) -> list[tuple]:
        """The fieldset of the decision to publish without consent, for who may read it."""
        if not (request.user.has_perm(SEALED_CLIP) or request.user.has_perm(PUBLISH)):
            return []
        return [(_("Sealed: signed decision"), {"fields": ("decision_reason", "signed")})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        # Only a publisher signs a decision to publish without consent.
        unsigned = () if request.user.has_perm(PUBLISH) else ("decision_reason",)
        return (*self.readonly_fields, "signed", *unsigned)

    def signed(self, item: Any) -> str:
        if not item.decision_by:
            return "–"
        return f"{item.decision_by.get_username()}, {timezone.localtime(item.decision_at):%Y-%m-%d}"

    signed.short_description = _("signed by")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if "decision_reason" in form.changed_data:
            signs = bool(obj.decision_reason)
            obj.decision_by = request.user if signs else None
            obj.decision_at = timezone.now() if signs else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        inlines = [formset.prefix for formset in formsets if formset.has_changed()]
        self.record_change(request, form.instance.reference, [*form.changed_data, *inlines])

    # --- State -------------------------------------------------------------------------------
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        item = self.get_object(request, object_id)
        if item and self.has_view_permission(request, item) and request.user.has_perm(SEALED_CLIP):
            self.record_sealed_view(request, item.reference)
        more = self.panels(request, item) if item else {}
        return super().change_view(
            request, object_id, form_url, extra_context={**(extra_context or {}), **more}
        )

    def panels(self, request: HttpRequest, item: Any) -> dict[str, Any]:
        """What stands above the form: the state, and the verbs open to whoever asks."""
        state = publishing.state_of(item)
        return {
            "state": state,
            "state_label": STATES[state],
            "changed_since": state == "published" and publishing.differs(item),
            "verbs": self.verbs(request, item, state),
        }

    def verbs(self, request: HttpRequest, item: Any, state: str) -> list[dict[str, Any]]:
        previews = [
            self.verb(item.pk, "preview", _("Preview in English"), "en"),
            self.verb(item.pk, "preview", _("Preview in Arabic"), "ar"),
        ]
        if not request.user.has_perm(PUBLISH):
            return previews
        if state == "withdrawn":
            return [self.verb(item.pk, "reinstate", _("Publish again"), grave=True), *previews]
        if state == "draft":
            return [self.verb(item.pk, "publish", _("Publish")), *previews]
        return [
            self.verb(item.pk, "revise", _("Revise")),
            self.verb(item.pk, "withdraw", _("Withdraw"), grave=True),
            *previews,
        ]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        # One query for the page, instead of one a row.
        states = states_of(item.reference for item in changelist.result_list)
        for item in changelist.result_list:
            item.public_state = states[item.reference]
        return changelist

    def state(self, item: Any) -> Any:
        return STATES[item.public_state]

    state.short_description = _("state")
