"""Legal names and contacts: on a page of their own, for custodians, two of them for each reading.

One custodian asks with a reason, another one agrees. The first may then look within 24 hours, each
time with a fresh second factor; from the first look on the door stays open for half an hour. There
is no way round it for an emergency: under pressure, the way round is the way in. To be ready for
one, an archive has at least three custodians, in different places.

Nothing read here goes into a list, a search, a history, a log or a URL: the reason and the values
travel in request bodies only, and the answer is stored by nobody.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from footage import identities
from footage.admin import fresh_factor
from footage.admin.base import isolated, only_text, require
from footage.custody.models import CustodyEvent, EventType, record
from footage.models import TwoPersonRequest
from footage.models.two_persons import Act, ask_for
from people.models import Person, SealedIdentity
from people.sealing import SealError

LOOK = "people.view_sealedidentity"
CHANGE = "people.change_sealedidentity"
OPEN_FOR = timedelta(minutes=30)
SEARCHES_AN_HOUR = 30


class AskForm(forms.Form):
    why = forms.CharField(
        validators=[only_text],
        label=_("Why you need to look"),
        max_length=300,
        help_text=_("The other custodian decides by it. Kept with your name. Name nobody here."),
    )


class FindForm(forms.Form):
    name = forms.CharField(
        label=_("legal name, or whole words of it"),
        max_length=200,
        help_text=_("In the script in which it was written down. The words are kept nowhere."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
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
            field.validators.append(only_text)
            field.widget.attrs |= {"autocomplete": "off", "dir": "auto"}


def answer(desk: Any, request: HttpRequest, person: Person) -> HttpResponse:
    """Ask for the second custodian; then show what is sealed; then keep what was changed.

    Who writes down a first identity reads nothing, and needs no second custodian.
    """
    require(request, LOOK)
    identity = SealedIdentity.objects.filter(**{_side(person): person}).first()
    agreed = TwoPersonRequest.objects.usable_by(
        request.user, Act.UNSEAL, desk.subject(person)
    ).first()
    if request.method == "POST" and "legal_name" in request.POST:
        response = _keep(desk, request, person, identity, agreed)
    elif identity is None:
        response = _first(desk, request, person)
    elif agreed is None:
        response = _ask(desk, request, person)
    else:
        response = _look(desk, request, person, identity, agreed)
    add_never_cache_headers(response)
    response["Cache-Control"] = "private, no-store"
    return response


def find(desk: Any, request: HttpRequest) -> HttpResponse:
    """Who here has this legal name: a search by keyed digests, recorded with what it found."""
    require(request, LOOK)
    if not fresh_factor.is_fresh(request):
        return fresh_factor.ask_again(request)
    form = FindForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        if _searches_of(request.user) >= SEARCHES_AN_HOUR:
            form.add_error(None, _("You searched many times within one hour. Wait a while."))
        else:
            side = str(desk.opts.model_name)
            found = [one.person for one in identities.called(form.cleaned_data["name"], side)]
            record(
                EventType.SEARCH,
                desk.opts.db_table,
                agent=request.user,
                found=[desk.subject(person) for person in found[:20]],
                count=len(found),
            )
    response = desk.ask(
        request,
        None,
        title=_("Find by legal name"),
        verb=_("Find"),
        form=form,
        template="admin/people/find.html",
        found=[(one, desk.address_of(one)) for one in found or ()],
        searched=found is not None,
        consequences=(
            _("The search is recorded with your name and whom it found, without the words."),
            *fresh_factor.notice(),
        ),
    )
    add_never_cache_headers(response)
    response["Cache-Control"] = "private, no-store"
    return response


def _searches_of(user: Any) -> int:
    """Somebody with a custodian's session must not try a telephone book."""
    since = timezone.now() - timedelta(hours=1)
    return CustodyEvent.objects.filter(
        type=EventType.SEARCH, agent=user, recorded_at__gt=since
    ).count()


def _ask(desk: Any, request: HttpRequest, person: Person) -> HttpResponse:
    subject = desk.subject(person)
    waiting = TwoPersonRequest.objects.waiting().filter(act=Act.UNSEAL, subject=subject)
    if waits := waiting.filter(asked_by=request.user).first():
        return desk.ask(
            request,
            person,
            title=_("Legal name and contacts"),
            verb="",
            possible=False,
            told=(
                _("Another custodian has not decided yet. The request lapses on %(day)s.")
                % {"day": isolated(timezone.localtime(waits.expires_at).date().isoformat())},
            ),
        )
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask_for(Act.UNSEAL, subject, by=request.user, reason=form.cleaned_data["why"])
        messages.success(request, _("Asked. Another custodian must agree before you can look."))
        return desk.back_to(person)
    return desk.ask(
        request,
        person,
        title=_("Legal name and contacts"),
        verb=_("Ask another custodian"),
        form=form,
        consequences=(
            _("Another custodian sees who asks, about whom and why, and agrees or refuses."),
            _("Once they agree you have 24 hours to look, and half an hour from the first look."),
        ),
    )


def _look(
    desk: Any,
    request: HttpRequest,
    person: Person,
    identity: SealedIdentity,
    agreed: TwoPersonRequest,
) -> HttpResponse:
    if not fresh_factor.is_fresh(request):
        return fresh_factor.ask_again(request)
    if request.method == "POST":
        # Recorded before anything is opened, in a transaction of its own.
        with transaction.atomic():
            agreed.begin(lasts=OPEN_FOR)
            record(
                EventType.UNSEALING,
                desk.subject(person),
                agent=request.user,
                request=str(agreed.pk),
            )
        try:
            values = {field: identity.read(field) for field in SealedIdentity.FIELDS}
        except SealError as error:
            messages.error(request, _("It cannot be opened: %(error)s") % {"error": error})
            return desk.back_to(person)
        return _page(desk, request, person, IdentityForm(initial=values))
    return desk.ask(
        request,
        person,
        title=_("Legal name and contacts"),
        verb=_("Look"),
        consequences=(
            _("The look is recorded: who, when, at whom and by whose agreement."),
            _("What was agreed ends at %(time)s.")
            % {"time": isolated(f"{timezone.localtime(agreed.expires_at):%Y-%m-%d %H:%M %Z}")},
            *fresh_factor.notice(),
        ),
    )


def _first(desk: Any, request: HttpRequest, person: Person) -> HttpResponse:
    require(request, CHANGE)
    if not fresh_factor.is_fresh(request):
        return fresh_factor.ask_again(request)
    return _page(desk, request, person, IdentityForm())


def _keep(
    desk: Any,
    request: HttpRequest,
    person: Person,
    identity: SealedIdentity | None,
    agreed: TwoPersonRequest | None,
) -> HttpResponse:
    require(request, CHANGE)
    form = IdentityForm(request.POST)
    if not form.is_valid():
        return _page(desk, request, person, form)
    if identity is not None and agreed is None:
        # What was typed stays on the page: whoever writes slowly loses nothing.
        form.add_error(None, _("The time to read and change it is over. Ask again, then keep it."))
        return _page(desk, request, person, form)
    if not fresh_factor.is_fresh(request, within=OPEN_FOR):
        form.add_error(
            None,
            _("Confirm your second factor in another window, then press the button here again."),
        )
        return _page(desk, request, person, form)
    try:
        with transaction.atomic():
            identity = identity or SealedIdentity(**{_side(person): person})
            identities.keep(identity, form.cleaned_data)
            desk.record_change(request, desk.subject(person), ["sealed_identity"])
    except SealError as error:
        form.add_error(None, str(error))
        return _page(desk, request, person, form)
    messages.success(request, _("The sealed identity is kept."))
    return desk.back_to(person)


def _page(desk: Any, request: HttpRequest, person: Person, form: forms.Form) -> HttpResponse:
    return desk.ask(
        request,
        person,
        title=_("Legal name and contacts"),
        verb=_("Seal and keep"),
        form=form,
        consequences=(
            _("Leave this page when you are done: it is not shown again."),
            *fresh_factor.notice(),
        ),
    )


def _side(person: Person) -> str:
    """The key by which a sealed identity knows its person: "journalist" or "witness"."""
    return str(person._meta.model_name)
