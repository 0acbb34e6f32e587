"""Staff: invited by an administrator, given roles, let go. Nobody signs up.

What one administrator does not do alone is in `staff_requests`.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from footage.admin import staff_requests
from footage.admin.base import WorkshopAdmin, require
from footage.admin.staff_requests import GIVEN_BY_TWO, subject
from footage.admin.two_persons import CONSEQUENCES
from footage.custody.models import EventType, record
from footage.models import TwoPersonRequest
from footage.models.two_persons import Act, ask_for
from people.roles import BY_CODE, ROLES, role_names

User = get_user_model()
CHANGE = "auth.change_user"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"),
        max_length=300,
        help_text=_("The other administrator decides by it. Kept with your name."),
    )


# Address of an act on a colleague: the act, its title.
ASKED = {
    "reset-password": (Act.RESET_PASSWORD, _("Password lost")),
    "lost-factor": (Act.RESET_FACTOR, _("Second factor lost")),
    "make-custodian": (Act.MAKE_CUSTODIAN, _("Make them custodian")),
    "make-administrator": (Act.MAKE_ADMINISTRATOR, _("Make them administrator")),
}


class RolesField(forms.ModelMultipleChoiceField):
    """The groups that are roles, under their labels, in the order of ROLES."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        groups = Group.objects.filter(name__in=BY_CODE)
        super().__init__(queryset=groups, label=_("roles"), required=False)

    def offer(self, user: Any, *, by: Any) -> None:
        """Leave out what takes two administrators, unless held or nobody else could agree."""
        if staff_requests.is_only_administrator(by):
            return
        held = set(user.groups.values_list("name", flat=True)) if user is not None else set()
        self.queryset = self.queryset.exclude(name__in=GIVEN_BY_TWO.keys() - held)
        self.help_text = _(
            "Custodian and administrator are given by two administrators, on the person's page."
        )

    def label_from_instance(self, obj: Group) -> str:
        return f"{BY_CODE[obj.name].label} – {BY_CODE[obj.name].note}"


@admin.register(User)
class StaffAdmin(WorkshopAdmin):
    change_form_template = "admin/named_change_form.html"
    list_display = (
        "username",
        "first_name",
        "last_name",
        "held_roles",
        "second_factor",
        "is_active",
    )
    list_filter = ("is_active",)
    search_fields = ("username", "first_name", "last_name")
    ordering = ("username",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups", "authenticator_set")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        names = ["username", "first_name", "last_name"]
        if obj is None:
            return [(None, {"fields": [*names, "groups"]})]
        # Nobody gives themselves a role, or locks themselves out.
        roles = "held_roles" if obj == request.user else "groups"
        return [(None, {"fields": [*names, roles, "is_active"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        return ("held_roles", "is_active") if obj is not None and obj == request.user else ()

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        if "groups" in form.base_fields:
            form.base_fields["groups"].offer(obj, by=request.user)
        return form

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None, **kwargs: Any
    ) -> Any:
        return RolesField()

    def held_roles(self, user: Any) -> str:
        held = {group.name for group in user.groups.all()}
        return ", ".join(role_names(role.code for role in ROLES if role.code in held)) or "–"

    held_roles.short_description = _("roles")

    def second_factor(self, user: Any) -> bool:
        return any(found.type in staff_requests.FACTORS for found in user.authenticator_set.all())

    second_factor.short_description = _("second factor")
    second_factor.boolean = True

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        user = form.instance
        before = set(user.groups.values_list("name", flat=True)) if change else set()
        super().save_related(request, form, formsets, change)
        after = set(user.groups.values_list("name", flat=True))
        self.record_change(
            request, subject(user), [name for name in form.changed_data if name != "groups"]
        )
        if before != after:
            given, taken = sorted(after - before), sorted(before - after)
            record(EventType.ROLES, subject(user), agent=request.user, given=given, taken=taken)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        # What follows is always the link to hand over.
        only_save = {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **only_save})

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: Any = None
    ) -> HttpResponse:
        return self.hand_over(request, obj)

    # --- Verbs -----------------------------------------------------------------------------------
    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path("<int:object_id>/invite/", view(self.invite_page), name="auth_user_invite"),
            *(
                path(
                    f"<int:object_id>/{act}/",
                    view(self.ask_page),
                    {"act": act},
                    name=f"auth_user_{act.replace('-', '_')}",
                )
                for act in ASKED
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
        user = self.get_object(request, object_id)
        extra = {**(extra_context or {}), "verbs": self.verbs(request, user)}
        return super().change_view(request, object_id, form_url, extra_context=extra)

    def verbs(self, request: HttpRequest, user: Any) -> list[dict[str, Any]]:
        if user is None or user == request.user or not request.user.has_perm(CHANGE):
            return []
        verbs = []
        if staff_requests.may_make_link(user, by=request.user):
            verbs.append(self.verb(user.pk, "invite", _("New link to set a password")))
        if not staff_requests.still_invited(user):
            held = set(user.groups.values_list("name", flat=True))
            for address, (act, title) in ASKED.items():
                if address.removeprefix("make-") not in held:
                    grave = act in staff_requests.RESETS
                    name = address.replace("-", "_")
                    verbs.append(self.verb(user.pk, name, title, grave=grave))
        return verbs

    def invite_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        user = self.found(request, object_id)
        require(request, CHANGE)
        if not staff_requests.may_make_link(user, by=request.user):
            raise PermissionDenied
        if request.method == "POST":
            return self.hand_over(request, user)
        return self.ask(
            request,
            user,
            title=_("New link to set a password"),
            verb=_("Make the link"),
            consequences=(
                _("Whoever has the link can set a new password, once, within three days."),
                _("Earlier links end when this one is used."),
            ),
        )

    def ask_page(self, request: HttpRequest, object_id: int, act: str) -> HttpResponse:
        """Ask another administrator to agree to an act on a colleague."""
        user = self.found(request, object_id)
        require(request, CHANGE)
        if user == request.user:
            raise PermissionDenied
        asked, title = ASKED[act]
        waiting = TwoPersonRequest.objects.waiting().filter(act=asked, subject=subject(user))
        form = ReasonForm(request.POST or None)
        against = None if asked in staff_requests.RESETS else staff_requests.against_giving(user)
        if request.method == "POST" and not against and form.is_valid():
            ask_for(asked, subject(user), by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Asked. Another administrator must agree."))
            return self.back_to(user)
        told = [against] if against else []
        if waits := waiting.filter(asked_by=request.user).first():
            told.append(
                _("Another administrator has not decided yet. The request lapses on %(day)s.")
                % {"day": timezone.localtime(waits.expires_at).date().isoformat()}
            )
        return self.ask(
            request,
            user,
            title=title,
            verb=_("Ask another administrator"),
            form=form,
            possible=not told,
            told=told,
            consequences=(
                _("Another administrator sees who asks, for whom and why, and agrees or refuses."),
                *CONSEQUENCES[asked],
            ),
        )

    def hand_over(self, request: HttpRequest, user: Any) -> HttpResponse:
        """The link, shown once, to be given to them by a safe way."""
        record(EventType.INVITATION, subject(user), agent=request.user)
        staff_requests.use_up(user, by=request.user)
        response = self.ask(
            request,
            user,
            title=_("Hand over this link"),
            verb="",
            possible=False,
            template="admin/auth/user/hand_over.html",
            address=invitation_address(request, user),
        )
        add_never_cache_headers(response)
        return response


def invitation_address(request: HttpRequest, user: Any) -> str:
    """The absolute address of the page on which `user` sets a password, once, within three days."""
    link = {
        "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    return request.build_absolute_uri(reverse("account_invitation", kwargs=link))
