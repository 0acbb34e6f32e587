"""The queue of what waits for a second person, and their two buttons.

Agreeing asks for a fresh second factor: an open session of the one is not both of them.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from footage.admin import custody_words, fresh_factor
from footage.admin.base import WorkshopAdmin, isolated
from footage.models import TwoPersonRequest
from footage.models.two_persons import Act, acts_of
from people.models import Journalist, Witness

# What happens with the agreement, in its transaction: a function of the decided request. An act
# that is not here opens something for the person who asked.
EFFECTS: dict[Act, Callable[[TwoPersonRequest], Any]] = {}
# What the second person should know before they agree.
CONSEQUENCES: dict[Act, tuple[Any, ...]] = {
    Act.UNSEAL: (
        _(
            "Whoever asked may read the legal name and contacts within 24 hours, for half an hour "
            "from the first look."
        ),
        _("Each look asks for a fresh second factor and is recorded."),
        _("Speak with them first, by another way, and agree only to what you understand."),
    ),
    Act.REINSTATE: (
        _("Whoever asked may publish it again within three days, once, as it then stands."),
        _("Its reference stays. What readers saw before it was withdrawn may be public again."),
        _("Look at its record first, and at why it was withdrawn."),
    ),
}


@admin.register(TwoPersonRequest)
class TwoPersonRequestAdmin(WorkshopAdmin):
    change_form_template = "admin/named_change_form.html"
    list_display = ("act", "subject_said", "asked_by", "asked_at", "decided_by", "state")
    list_select_related = ("asked_by", "decided_by")
    list_filter = ("act",)
    fields = readonly_fields = (
        "act",
        "about",
        "reason",
        "asked_by",
        "asked_at",
        "state",
        "decided_by",
        "decided_at",
        "expires_at",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if super().has_view_permission(request, obj):
            return True
        acts = acts_of(request.user)
        return obj.act in acts if obj is not None else bool(acts)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).open_to(request.user)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        # Past the list's own filter: what is not open to them is refused, not "not found".
        try:
            asked = TwoPersonRequest.objects.get(pk=object_id)
        except (TwoPersonRequest.DoesNotExist, ValidationError, ValueError):
            return None
        asked.named = request.user.has_perms(("people.view_journalist", "people.view_witness"))
        return asked

    def state(self, asked: TwoPersonRequest) -> Any:
        if asked.agreed is not None:
            return _("agreed") if asked.agreed else _("refused")
        return _("waiting") if asked.waits else _("lapsed")

    state.short_description = _("state")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        # The names of staff are read once for the page, instead of once a row.
        known = custody_words.Known()
        for asked in changelist.result_list:
            asked.known = known
        return changelist

    def subject_said(self, asked: TwoPersonRequest) -> str:
        return custody_words.about(asked.subject, getattr(asked, "known", None))

    subject_said.short_description = _("subject")
    subject_said.admin_order_field = "subject"

    def about(self, asked: TwoPersonRequest) -> str:
        """The subject, with the person's name for whoever may see people."""
        said = self.subject_said(asked)
        table, _colon, pk = asked.subject.partition(":")
        if not (pk and getattr(asked, "named", False)):
            return said
        for model in (Journalist, Witness):
            if model._meta.db_table == table and (person := model.objects.filter(pk=pk).first()):
                return f"{said}: {isolated(person)}"
        return said

    about.short_description = _("subject")

    def get_urls(self) -> list:
        return [
            path(
                f"<uuid:object_id>/{answer}/",
                self.admin_site.admin_view(self.decide_page),
                {"agreed": answer == "agree"},
                name=f"footage_twopersonrequest_{answer}",
            )
            for answer in ("agree", "refuse")
        ] + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        asked = self.get_object(request, object_id)
        verbs = []
        heading = f"{asked.get_act_display()} · {self.subject_said(asked)}" if asked else ""
        if asked and asked.may_decide(request.user):
            verbs = [
                self.verb(object_id, "agree", _("Agree"), grave=True),
                self.verb(object_id, "refuse", _("Refuse")),
            ]
        more = {"verbs": verbs, "subtitle": heading}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def decide_page(self, request: HttpRequest, object_id: Any, agreed: bool) -> HttpResponse:
        asked = self.found(request, object_id)
        if not asked.may_decide(request.user):
            if asked.waits:
                raise PermissionDenied
            raise Http404
        if agreed and not fresh_factor.is_fresh(request):
            return fresh_factor.ask_again(request)
        act = Act(asked.act)
        if request.method == "POST":
            try:
                asked.decide(by=request.user, agreed=agreed, effect=EFFECTS.get(act))
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                messages.success(request, _("The decision is recorded."))
            return self.back_to(asked)
        return self.ask(
            request,
            asked,
            title=_("Agree") if agreed else _("Refuse"),
            verb=_("Agree") if agreed else _("Refuse"),
            grave=agreed,
            told=(
                _("What it is about: %(thing)s") % {"thing": isolated(self.about(asked))},
                _("Asked by %(name)s: “%(reason)s”")
                % {
                    "name": isolated(asked.asked_by.get_username()),
                    "reason": isolated(asked.reason),
                },
            ),
            consequences=CONSEQUENCES.get(act, ()) if agreed else (_("Nothing happens."),),
        )
