"""Staff: invited by an administrator, given roles, let go. Nobody signs up."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from footage.admin.base import WorkshopAdmin, require
from people.roles import BY_CODE, ROLES, role_names

User = get_user_model()
CHANGE = "auth.change_user"


class RolesField(forms.ModelMultipleChoiceField):
    """The groups that are roles, under their labels, in the order of ROLES."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        groups = Group.objects.filter(name__in=BY_CODE)
        super().__init__(queryset=groups, label=_("roles"), required=False)

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

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None, **kwargs: Any
    ) -> Any:
        return RolesField()

    def held_roles(self, user: Any) -> str:
        held = {group.name for group in user.groups.all()}
        return ", ".join(role_names(role.code for role in ROLES if role.code in held)) or "–"

    held_roles.short_description = _("roles")

    def second_factor(self, user: Any) -> bool:
        factors = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}
        return any(found.type in factors for found in user.authenticator_set.all())

    second_factor.short_description = _("second factor")
    second_factor.boolean = True

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        fields = form.changed_data if change else ["invited", *form.changed_data]
        self.record_change(request, subject(form.instance), fields)

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
        return [
            path(
                "<int:object_id>/invite/",
                self.admin_site.admin_view(self.invite_page),
                name="auth_user_invite",
            ),
            path(
                "<int:object_id>/lost-factor/",
                self.admin_site.admin_view(self.lost_factor_page),
                name="auth_user_lost_factor",
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
        verbs = []
        if request.user.has_perm(CHANGE) and str(request.user.pk) != object_id:
            verbs = [
                self.verb(object_id, "invite", _("New link to set a password")),
                self.verb(object_id, "lost_factor", _("Second factor lost"), grave=True),
            ]
        extra = {**(extra_context or {}), "verbs": verbs}
        return super().change_view(request, object_id, form_url, extra_context=extra)

    def invite_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        user = self.found(request, object_id)
        require(request, CHANGE)
        if request.method == "POST":
            self.record_change(request, subject(user), ["invited"])
            self.log_change(request, user, str(_("New link made.")))
            return self.hand_over(request, user)
        return self.ask(
            request,
            user,
            title=_("New link to set a password"),
            verb=_("Make the link"),
            consequences=(
                _("Whoever has the link can set a new password, once, within three days."),
                _("The second factor stays as it is."),
                _("Earlier links end when this one is used."),
            ),
        )

    def lost_factor_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        user = self.found(request, object_id)
        require(request, CHANGE)
        if request.method == "POST":
            Authenticator.objects.filter(user=user).delete()
            self.record_change(request, subject(user), ["second_factor_removed"])
            self.log_change(request, user, str(_("Second factor removed.")))
            messages.success(request, _("At the next sign-in a new second factor is set up."))
            return self.back_to(user)
        return self.ask(
            request,
            user,
            title=_("Second factor lost"),
            verb=_("Remove the second factor"),
            grave=True,
            consequences=(
                _("Make sure, by voice or in person, that it is really they who ask."),
                _("Authenticator app, security keys and recovery codes end at once."),
                _("At the next sign-in a new second factor is set up. The act is recorded."),
            ),
        )

    def hand_over(self, request: HttpRequest, user: Any) -> HttpResponse:
        """The link, shown once, to be given to them by a safe way."""
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


def subject(user: Any) -> str:
    return f"auth_user:{user.pk}"


def invitation_address(request: HttpRequest, user: Any) -> str:
    """The absolute address of the page on which `user` sets a password, once, within three days."""
    link = {
        "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    return request.build_absolute_uri(reverse("account_invitation", kwargs=link))
