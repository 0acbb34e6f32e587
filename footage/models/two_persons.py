"""What nobody does alone: one member of staff asks, another one agrees.

The database itself refuses a decision by the person who asked. To put another act under it:

1. name it in `Act`, and in `RULES` say who may ask, who may agree and what opens afterwards;
2. on the page of the act call `ask_for(Act.X, subject, by=request.user, reason=...)`;
3. when the act should happen with the agreement, name what does it in
   `footage.admin.two_persons.EFFECTS`: it runs in the transaction of the decision, and a
   ValidationError of it leaves the request undecided.

The queue of requests in the workshop, its two buttons and its custody events come by themselves.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from footage.custody.models import EventType, record
from people.roles import holds

WAITS = timedelta(days=7)


class Act(models.TextChoices):
    UNSEAL = "unseal", _("read a sealed identity")
    REINSTATE = "reinstate", _("publish again what was withdrawn")
    RESET_FACTOR = "reset-factor", _("remove a second factor that was lost")
    RESET_PASSWORD = "reset-password", _("a new password for somebody of the staff")
    MAKE_CUSTODIAN = "make-custodian", _("give the role of custodian")
    MAKE_ADMINISTRATOR = "make-administrator", _("give the role of administrator")


@dataclass(frozen=True)
class Rule:
    """Permissions to ask and to agree, and how long an agreement may be used. No length: the act
    happens with the agreement, and nothing stays open."""

    asks: str
    agrees: str
    opens: timedelta | None = None


RULES = {
    Act.UNSEAL: Rule(
        "people.view_sealedidentity", "people.view_sealedidentity", opens=timedelta(hours=24)
    ),
    # Not with the agreement: whoever asked still reads what will follow, and files are copied.
    Act.REINSTATE: Rule("footage.publish_clip", "footage.publish_clip", opens=timedelta(days=3)),
    # What opens afterwards is the link by which they set a password.
    Act.RESET_FACTOR: Rule("auth.change_user", "auth.change_user", opens=timedelta(hours=24)),
    Act.RESET_PASSWORD: Rule("auth.change_user", "auth.change_user", opens=timedelta(hours=24)),
    Act.MAKE_CUSTODIAN: Rule("auth.change_user", "auth.change_user"),
    Act.MAKE_ADMINISTRATOR: Rule("auth.change_user", "auth.change_user"),
}


class TwoPersonRequestQuerySet(models.QuerySet):
    def waiting(self) -> "TwoPersonRequestQuerySet":
        """Asked, and neither decided nor lapsed."""
        return self.filter(decided_at__isnull=True, expires_at__gt=timezone.now())

    def decidable_by(self, user: Any) -> "TwoPersonRequestQuerySet":
        """Of acts that `user` may agree to, asked by somebody else."""
        acts = [act for act, rule in RULES.items() if user.has_perm(rule.agrees)]
        return self.filter(act__in=acts).exclude(asked_by=user)

    def usable_by(self, user: Any, act: Act, subject: str) -> "TwoPersonRequestQuerySet":
        """What was agreed for this person, and is still open."""
        return self.filter(
            act=act, subject=subject, asked_by=user, agreed=True, expires_at__gt=timezone.now()
        )

    def open_to(self, user: Any) -> "TwoPersonRequestQuerySet":
        """What `user` may read: the acts of which they may be the one person or the other."""
        if user.has_perm("footage.view_twopersonrequest"):
            return self
        return self.filter(act__in=acts_of(user))


class TwoPersonRequest(models.Model):
    """One request. `subject` is what its custody events are about: a reference, or `table:id`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.CharField(_("act"), max_length=20, choices=Act.choices)
    subject = models.CharField(_("subject"), max_length=120)
    reason = models.TextField(_("reason"), max_length=1000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    agreed = models.BooleanField(_("agreed"), null=True, blank=True)
    # Until when it may be decided; once it is agreed, until when it may be used.
    expires_at = models.DateTimeField(_("ends at"))

    objects = TwoPersonRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a second person")
        verbose_name_plural = _("requests for a second person")
        ordering: ClassVar = ["-asked_at"]
        default_permissions: ClassVar = ("view",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="twopersonrequest_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, agreed__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False, agreed__isnull=False),
                name="twopersonrequest_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(act__in=Act.values), name="twopersonrequest_act_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_act_display()

    @property
    def waits(self) -> bool:
        return self.decided_at is None and self.expires_at > timezone.now()

    def may_decide(self, user: Any) -> bool:
        """Whether `user` can be its second person now."""
        rule = RULES[Act(self.act)]
        return self.waits and user.pk != self.asked_by_id and user.has_perm(rule.agrees)

    def decide(
        self,
        *,
        by: Any,
        agreed: bool,
        effect: Callable[["TwoPersonRequest"], Any] | None = None,
    ) -> None:
        """Record the second person's decision and, when they agree, have `effect` happen with it.

        Raises PermissionDenied without leave to agree, and ValidationError for whoever asked, for
        what is decided or lapsed, and whatever `effect` raises; nothing is decided then.
        """
        rule = RULES[Act(self.act)]
        if not holds(by, rule.agrees):
            raise PermissionDenied
        with transaction.atomic():
            stored = type(self).objects.select_for_update().get(pk=self.pk)
            if by.pk == stored.asked_by_id:
                raise ValidationError(_("You asked for this: a second person must decide."))
            if stored.decided_at:
                raise ValidationError(_("This request is already decided."))
            if not stored.waits:
                raise ValidationError(_("This request has lapsed. Ask again."))
            now = timezone.now()
            self.decided_by, self.decided_at, self.agreed = by, now, agreed
            if agreed:
                self.expires_at = now + (rule.opens or timedelta())
            self.save(update_fields=["decided_by", "decided_at", "agreed", "expires_at"])
            record(
                EventType.AGREEMENT,
                self.subject,
                agent=by,
                outcome="success" if agreed else "refused",
                act=self.act,
                request=str(self.pk),
            )
            if agreed and effect is not None:
                effect(self)

    def begin(self, *, lasts: timedelta) -> None:
        """Use what was agreed: from the first use on it stays open for `lasts`, never longer."""
        ends = min(self.expires_at, timezone.now() + lasts)
        type(self).objects.filter(pk=self.pk, expires_at__gt=ends).update(expires_at=ends)
        self.expires_at = ends


def acts_of(user: Any) -> list[str]:
    """The acts of which `user` may be the one person or the other."""
    return [
        act for act, rule in RULES.items() if user.has_perm(rule.asks) or user.has_perm(rule.agrees)
    ]


def ask_for(act: Act, subject: str, *, by: Any, reason: str) -> TwoPersonRequest:
    """Ask for a second person's agreement. Asking again while one waits gives that one back.

    Raises PermissionDenied without leave to ask, ValidationError without a reason.
    """
    if not holds(by, RULES[act].asks):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError({"reason": _("Say why. The second person decides by it.")})
    with transaction.atomic():
        waiting = TwoPersonRequest.objects.waiting().filter(act=act, subject=subject, asked_by=by)
        if standing := waiting.first():
            return standing
        asked = TwoPersonRequest.objects.create(
            act=act,
            subject=subject,
            reason=reason.strip(),
            asked_by=by,
            expires_at=timezone.now() + WAITS,
        )
        record(EventType.REQUEST, subject, agent=by, act=act, request=str(asked.pk))
    return asked
