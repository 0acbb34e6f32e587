"""What no administrator does alone to a colleague: reset a sign-in, give a role that opens doors.

One asks with a reason, another one agrees (footage.models.two_persons). Whoever could do either
alone could become a custodian by themselves, and read what the archive promises to keep sealed.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from footage.admin.two_persons import CONSEQUENCES, EFFECTS
from footage.custody.models import EventType, record
from footage.models import TwoPersonRequest
from footage.models.two_persons import Act

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Roles given by two administrators, and the act that gives each.
GIVEN_BY_TWO = {"custodian": Act.MAKE_CUSTODIAN, "administrator": Act.MAKE_ADMINISTRATOR}
RESETS = (Act.RESET_PASSWORD, Act.RESET_FACTOR)


def subject(user: Any) -> str:
    """What the custody events of a member of staff are about."""
    return f"auth_user:{user.pk}"


def still_invited(user: Any) -> bool:
    """Whether they have not come yet: nothing of theirs is lost with another link."""
    return not user.has_usable_password() and user.last_login is None


def agreed_reset(user: Any, *, by: Any) -> TwoPersonRequest | None:
    """The agreement, still open, by which `by` may make a link for somebody who has signed in."""
    for act in RESETS:
        usable = TwoPersonRequest.objects.usable_by(by, act, subject(user)).first()
        if usable is not None:
            return usable
    return None


def may_make_link(user: Any, *, by: Any) -> bool:
    return still_invited(user) or agreed_reset(user, by=by) is not None


def use_up(user: Any, *, by: Any) -> None:
    """End the agreement with the link that it was for."""
    if (agreed := agreed_reset(user, by=by)) is not None:
        agreed.begin(lasts=timedelta())


def is_only_administrator(user: Any) -> bool:
    """Whether nobody else could agree yet: then the second administrator is made by one person."""
    others = get_user_model().objects.filter(groups__name="administrator", is_active=True)
    return not others.exclude(pk=user.pk).exists()


def against_giving(user: Any) -> str | None:
    """What stands against giving `user` a role that opens doors, or None."""
    has_factor = Authenticator.objects.filter(user=user, type__in=FACTORS).exists()
    if not (has_factor or settings.ARCHIVE_DEMONSTRATION):
        return str(_("They must have signed in and set up their second factor first."))
    return None


# --- What happens with the agreement --------------------------------------------------------------
def reset_factor(request: TwoPersonRequest) -> None:
    """Remove factors, recovery codes and password: sessions end, and who knows one comes no further
    than who knows none. The link sets all of it anew."""
    user = _of(request)
    Authenticator.objects.filter(user=user).delete()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    record(EventType.SIGN_IN_RESET, subject(user), agent=request.decided_by, act=request.act)


def reset_password(request: TwoPersonRequest) -> None:
    """End the password, and with it every session; the second factor stays."""
    user = _of(request)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    record(EventType.SIGN_IN_RESET, subject(user), agent=request.decided_by, act=request.act)


def giving(role: str) -> Callable[[TwoPersonRequest], None]:
    def give(request: TwoPersonRequest) -> None:
        user = _of(request)
        if reason := against_giving(user):
            raise ValidationError(reason)
        user.groups.add(Group.objects.get(name=role))
        record(EventType.ROLES, subject(user), agent=request.decided_by, given=[role])

    return give


def _of(request: TwoPersonRequest) -> Any:
    return get_user_model().objects.get(pk=request.subject.partition(":")[2])


EFFECTS.update({Act.RESET_FACTOR: reset_factor, Act.RESET_PASSWORD: reset_password})
EFFECTS.update({act: giving(role) for role, act in GIVEN_BY_TWO.items()})
SURE = _("Make sure, by voice or in person, that it is really they who ask.")
RESET_ENDS = _("They are signed out everywhere. Whoever asked makes the link, within 24 hours.")
CONSEQUENCES.update(
    {
        Act.RESET_FACTOR: (
            SURE,
            _("Authenticator app, security keys, recovery codes and password end at once."),
            RESET_ENDS,
        ),
        Act.RESET_PASSWORD: (
            SURE,
            _("The password ends at once; the second factor stays as it is."),
            RESET_ENDS,
        ),
        Act.MAKE_CUSTODIAN: (
            SURE,
            _("They may read legal names and contacts, each time with another custodian."),
        ),
        Act.MAKE_ADMINISTRATOR: (
            SURE,
            _("They invite staff, give roles, and decide with others about sign-ins."),
        ),
    }
)
