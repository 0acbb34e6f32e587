"""What a person agreed to, or took back: each statement is added on a page of its own.

When it takes something away from readers, the page first says what, and saves upon a second click.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from footage import publishing
from footage.admin.base import OnlyText, only_text, require
from footage.custody.models import EventType, record
from people.models import Consent, Journalist, Witness

ADD = "people.add_consent"


class ConsentForm(forms.ModelForm):
    class Meta:
        model = Consent
        fields: ClassVar = ["use", "granted", "given_on", "until", "how_recorded"]
        widgets: ClassVar = {
            day: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            for day in ("given_on", "until")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how_recorded"].validators.append(only_text)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given, until = cleaned.get("given_on"), cleaned.get("until")
        if given and given > timezone.localdate():
            self.add_error("given_on", _("This day is still to come: record it when it is given."))
        if given and until and until < given:
            self.add_error("until", _("This day is before the one on which it was given."))
        return cleaned

    def hide(self) -> None:
        """Keep what was entered, unseen, while the page asks whether that is meant."""
        for field in self.fields.values():
            field.widget = field.hidden_widget()


class ConsentInline(OnlyText, admin.TabularInline):
    """Statements are added, never changed: the newest one for a use is the one that stands."""

    model = Consent
    extra = 0
    fields = ("use", "granted", "given_on", "until", "how_recorded", "recorded_by")
    readonly_fields = ("recorded_by",)
    verbose_name_plural = _("consents (sealed)")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("recorded_by")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # With a new person, of whom nothing is public yet; later on the page below.
        return obj is None and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def answer(desk: Any, request: HttpRequest, person: Journalist | Witness) -> HttpResponse:
    """Ask for the statement; say what it takes away; keep it."""
    require(request, ADD)
    side = str(person._meta.model_name)
    by: Any = request.user
    statement = Consent(**{side: person}, recorded_by=by)
    form = ConsentForm(request.POST or None, instance=statement)
    foreseen = None
    if request.method == "POST" and form.is_valid():
        foreseen = publishing.foresee(form.save)
        # Undone: it is saved again below, as new.
        statement.pk, statement._state.adding = None, True
        if "confirmed" in request.POST or not foreseen:
            with transaction.atomic():
                form.save()
                note(desk, request, statement)
            messages.success(request, _("The statement is recorded."))
            return desk.back_to(person)
        form.hide()
    if foreseen is None:
        return desk.ask(
            request,
            person,
            title=_("Record consent or refusal"),
            verb=_("Continue"),
            form=form,
            told=(
                _("The newest statement about a use is the one that stands. The default is no."),
            ),
        )
    return desk.ask(
        request,
        person,
        title=_("Record consent or refusal"),
        verb=_("Record it, with all that follows"),
        form=form,
        grave=True,
        template="admin/people/confirm_statement.html",
        told=(f"{statement}.",),
        consequences=(
            *foreseen.names,
            *foreseen.records,
            _("All of it follows at once: pages, lists, counts, search, feeds, exports, captions."),
            _("What is withdrawn is published again by two persons only."),
            _("Copies that others made cannot be called back."),
        ),
        stays=publishing.kept_by_decision(person) if statement.use == "view" else (),
        elsewhere=publishing.said_elsewhere(person) if foreseen.names else (),
    )


def note(desk: Any, request: HttpRequest, statement: Consent) -> None:
    """The custody event of a new statement: which use, yes or no, until when."""
    record(
        EventType.CONSENT,
        desk.subject(statement.person),
        agent=request.user,
        use=statement.use,
        granted=statement.granted,
        **({"until": statement.until.isoformat()} if statement.until else {}),
    )
