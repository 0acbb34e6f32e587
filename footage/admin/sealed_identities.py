"""Legal names and contacts: on a page of their own, for custodians, with a reason for each look.

Nothing read here goes into a list, a search, a history, a log or a URL: the reason and the values
travel in request bodies only, and the answer is stored by nobody.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from footage.admin.base import require
from footage.custody.models import EventType, record
from people.models import Person, SealedIdentity
from people.sealing import SealError

LOOK = "people.view_sealedidentity"
CHANGE = "people.change_sealedidentity"


class LookForm(forms.Form):
    why = forms.CharField(
        label=_("Why you need to look"),
        max_length=300,
        help_text=_("Recorded in the chain of custody with your name. Name nobody here."),
    )


class IdentityForm(forms.Form):
    legal_name = forms.CharField(label=_("legal name"), required=False)
    contacts = forms.CharField(
        label=_("contacts"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    notes = forms.CharField(
        label=_("notes"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.help_text = _("Sealed: never shown to readers.")
            field.widget.attrs |= {"autocomplete": "off", "dir": "auto"}


def answer(desk: Any, request: HttpRequest, person: Person) -> HttpResponse:
    """Ask for the reason; then show what is sealed, once; then keep what was changed."""
    require(request, LOOK)
    if request.method == "POST" and "legal_name" in request.POST:
        response = _keep(desk, request, person)
    else:
        response = _look(desk, request, person)
    add_never_cache_headers(response)
    response["Cache-Control"] = "private, no-store"
    return response


def _look(desk: Any, request: HttpRequest, person: Person) -> HttpResponse:
    form = LookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # Recorded before anything is opened, in a transaction of its own.
        record(
            EventType.UNSEALING,
            desk.subject(person),
            agent=request.user,
            reason=form.cleaned_data["why"],
        )
        try:
            values = _opened(person)
        except SealError as error:
            messages.error(request, _("It cannot be opened: %(error)s") % {"error": error})
            return desk.back_to(person)
        return _page(desk, request, person, IdentityForm(initial=values))
    return desk.ask(
        request,
        person,
        title=_("Legal name and contacts"),
        verb=_("Look"),
        form=form,
        consequences=(_("The look is recorded: who, when, at whom and why."),),
    )


def _keep(desk: Any, request: HttpRequest, person: Person) -> HttpResponse:
    require(request, CHANGE)
    form = IdentityForm(request.POST)
    if not form.is_valid():
        return _page(desk, request, person, form)
    with transaction.atomic():
        identity = _identity(person) or SealedIdentity(**{_side(person): person})
        for field in SealedIdentity.FIELDS:
            identity.write(field, form.cleaned_data[field])
        identity.save()
        desk.record_change(request, desk.subject(person), ["sealed_identity"])
    messages.success(request, _("The sealed identity is kept."))
    return desk.back_to(person)


def _page(desk: Any, request: HttpRequest, person: Person, form: forms.Form) -> HttpResponse:
    return desk.ask(
        request,
        person,
        title=_("Legal name and contacts"),
        verb=_("Seal and keep"),
        form=form,
        consequences=(_("Leave this page when you are done: it is not shown again."),),
    )


def _identity(person: Person) -> SealedIdentity | None:
    return SealedIdentity.objects.filter(**{_side(person): person}).first()


def _side(person: Person) -> str:
    """The key by which a sealed identity knows its person: "journalist" or "witness"."""
    return str(person._meta.model_name)


def _opened(person: Person) -> dict[str, str]:
    identity = _identity(person)
    return {field: identity.read(field) if identity else "" for field in SealedIdentity.FIELDS}
