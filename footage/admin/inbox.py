"""What readers ask: a queue, the urgent first; opened, hidden, answered. Every act is recorded."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from footage import publishing
from footage.admin.base import WorkshopAdmin, require
from footage.inbox import desk
from footage.inbox.models import Message
from footage.inbox.sealed_box import BoxError
from footage.models.fields import reading_language
from footage.publishing.reasons import PUBLISH
from footage.references import ReferenceError as NotAReference
from footage.references import parse_reference
from footage.vocabularies import ANSWERS, CONCERNS, LANGUAGES, WITHDRAWAL_REASONS
from people.sealing import SealError

OPEN = "inbox.open_message"
ANSWER = "inbox.answer_message"
READ = _("Read")
STATES = {"new": _("new"), "taken": _("being looked at"), "answered": _("answered")}
DECISIONS = [code for code in ANSWERS.codes if code != "hidden-first"]


class HideForm(forms.Form):
    reference = forms.CharField(label=_("reference"), max_length=100)
    reason = forms.ChoiceField(
        label=_("Class of reason"),
        help_text=_("Readers will see this on the tombstone, and nothing else."),
        choices=lambda: WITHDRAWAL_REASONS.choices(reading_language()),
        initial="safety",
    )

    def clean_reference(self) -> str:
        try:
            return parse_reference(self.cleaned_data["reference"])
        except NotAReference as error:
            arabic = reading_language() == "ar"
            raise ValidationError(error.message_ar if arabic else error.message_en) from error


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("What was decided"),
        help_text=_("The asker reads one of these sentences under the code, and nothing else."),
        widget=forms.RadioSelect,
        choices=lambda: [
            (code, f"{ANSWERS[code].label(language)} – {ANSWERS[code].note(language)}")
            for language in [reading_language()]
            for code in DECISIONS
        ],
    )


class ByState(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wanted: dict[str, dict[str, Any]] = {
            "new": {"handling__isnull": True},
            "taken": {"handling__answer": ""},
            "answered": {"handling__answer__gt": ""},
        }
        return queryset.filter(**wanted.get(self.value() or "", {}))


@admin.register(Message)
class MessageAdmin(WorkshopAdmin):
    change_form_template = "admin/named_change_form.html"
    list_display = ("record", "marked", "age", "state", "taken_by", "answer")
    list_select_related = ("handling", "handling__taken_by", "handling__answered_by")
    list_filter = (ByState, "urgent")
    search_fields = ("reference",)
    search_help_text = _("reference")
    fields = readonly_fields = ("record", "marked", "age", "state", "taken_by", "answer")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- Columns ---------------------------------------------------------------------------------
    def record(self, message: Message) -> Any:
        return (
            format_html('<bdi dir="ltr">{}</bdi>', message.reference) if message.reference else "–"
        )

    record.short_description = _("reference")
    record.admin_order_field = "reference"

    def marked(self, message: Message) -> Any:
        return (
            format_html('<strong class="urgent">{}</strong>', _("urgent"))
            if message.urgent
            else "–"
        )

    marked.short_description = _("urgent")

    def age(self, message: Message) -> str:
        """For how long it has waited: until it was answered, or until now."""
        handling = getattr(message, "handling", None)
        until = (handling and handling.answered_at) or timezone.now()
        # No finer than the hour that is kept.
        if until - message.received < timedelta(hours=1):
            return str(_("less than an hour"))
        return timesince(message.received, until, depth=1)

    age.short_description = _("waiting for")

    def state(self, message: Message) -> Any:
        return STATES[message.state]

    state.short_description = _("state")

    def taken_by(self, message: Message) -> str:
        handling = getattr(message, "handling", None)
        return handling.taken_by.get_username() if handling else "–"

    taken_by.short_description = _("taken up by")

    def answer(self, message: Message) -> str:
        code = message.handling.answer if message.state == "answered" else ""
        return ANSWERS.label(code, reading_language()) if code else "–"

    answer.short_description = _("answer")

    # --- Acts ------------------------------------------------------------------------------------
    def get_urls(self) -> list:
        acts = {
            "take": self.take_page,
            "open": self.open_page,
            "hide": self.hide_page,
            "answer": self.answer_page,
        }
        return [
            path(
                f"<uuid:object_id>/{act}/",
                self.admin_site.admin_view(view),
                name=f"inbox_message_{act}",
            )
            for act, view in acts.items()
        ] + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        message = self.get_object(request, object_id)
        verbs = self.verbs(request, message) if message else []
        return super().change_view(
            request, object_id, form_url, extra_context={**(extra_context or {}), "verbs": verbs}
        )

    def verbs(self, request: HttpRequest, message: Message) -> list[dict[str, Any]]:
        may = request.user.has_perm
        verbs = []
        if may(PUBLISH) and may(ANSWER):
            verbs.append(self.verb(message.pk, "hide", _("Hide now"), grave=True))
        if may(OPEN) and message.sealed:
            verbs.append(self.verb(message.pk, "open", READ))
        if may(ANSWER):
            if message.state == "new":
                verbs.append(self.verb(message.pk, "take", _("Take up")))
            verbs.append(self.verb(message.pk, "answer", _("Answer")))
        return verbs

    def take_page(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        message = self.found(request, object_id)
        require(request, ANSWER)
        if request.method == "POST":
            desk.take(message, by=request.user)
            messages.success(request, _("It is yours. Others see that you are looking at it."))
            return self.back_to(message)
        return self.ask(
            request,
            message,
            title=_("Take up"),
            verb=_("Take up"),
            consequences=(_("Others see that you are looking at it."),),
        )

    def open_page(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """What was written, once, after it was recorded that it is read."""
        message = self.found(request, object_id)
        require(request, OPEN)
        if not message.sealed:
            messages.info(request, _("What was written has been erased."))
            return self.back_to(message)
        if request.method != "POST":
            return self.ask(
                request,
                message,
                title=READ,
                verb=READ,
                consequences=(_("The look is recorded: who, when and at which message."),),
            )
        try:
            opened = desk.look(message, by=request.user)
        except (SealError, BoxError) as error:
            messages.error(request, _("It cannot be opened: %(error)s") % {"error": error})
            return self.back_to(message)
        language = reading_language()
        response = self.ask(
            request,
            message,
            title=READ,
            verb="",
            possible=False,
            template="admin/inbox/message/open.html",
            concern=CONCERNS.known_label(opened.concern, language) or "–",
            words=opened.words,
            written_in=LANGUAGES.known_label(opened.language, language) or "–",
            verbs=[each for each in self.verbs(request, message) if each["label"] != READ],
        )
        response["Cache-Control"] = "private, no-store"
        return response

    def hide_page(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """Withdraw the record at once; examining comes after."""
        message = self.found(request, object_id)
        require(request, PUBLISH)
        require(request, ANSWER)
        form = HideForm(request.POST or None, initial={"reference": message.reference})
        if request.method == "POST" and form.is_valid():
            reference = form.cleaned_data["reference"]
            try:
                # First and by itself: whatever fails afterwards, the record is hidden.
                publishing.withdraw(reference, reason=form.cleaned_data["reason"], by=request.user)
            except ValidationError as error:
                form.add_error("reference", error)
            else:
                desk.note_hidden(message, reference, by=request.user)
                messages.success(request, _("Hidden. The asker sees that; the message stays open."))
                return self.back_to(message)
        return self.ask(
            request,
            message,
            title=_("Hide now"),
            verb=_("Hide now"),
            form=form,
            grave=True,
            consequences=(
                _("It disappears from every page, list, count and export with the next request."),
                _("Its address answers with a tombstone: reference, date and class of reason."),
                _("The asker sees under the code that it is hidden and still being examined."),
                _("Showing it again takes two persons."),
            ),
        )

    def answer_page(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        message = self.found(request, object_id)
        require(request, ANSWER)
        form = AnswerForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            desk.answer(message, form.cleaned_data["answer"], by=request.user)
            messages.success(request, _("Answered. The asker can read it under the code."))
            return self.back_to(message)
        return self.ask(request, message, title=_("Answer"), verb=_("Answer"), form=form)
