"""Passwords that Django's own rules let through and that are guessed first all the same.

Django's list of the 20,000 passwords most often found in breaches knows few of twelve characters;
what people make of them to reach twelve ("password2016!") is guessed with them. So is what every
stranger knows of this archive. Offline: no part of a password leaves the machine.
"""

import re
import unicodedata
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The archive's own words, in both scripts: names of the place and the house, of roles and of work.
OWN_WORDS = tuple(
    """aleppo halab halep syria suriya syrian archive archives footage clip clips video
    film panorama siege voices testimony witness journalist activist citizen admin
    administrator archivist cataloguer publisher custodian auditor preservation officer
    staff sealed secret welcome changeme حلب سوريا سورية أرشيف ارشيف الأرشيف حصار أصوات
    شهادة شاهد صحفي مقطع فيديو مدير""".split()
)
# Beside own words and digits a password must hold as much as this.
REMAINS = 6
READ_AS = str.maketrans("0134578@$!", "oieastbasi")


class GuessedFirstValidator:
    """Refuse a frequent password with something put around it, and one of the archive's words."""

    def __init__(self) -> None:
        self.frequent = CommonPasswordValidator().passwords
        longest_first = sorted(OWN_WORDS, key=len, reverse=True)
        self.own = re.compile("|".join(map(re.escape, longest_first)))

    def validate(self, password: str, user: Any = None) -> None:
        folded = unicodedata.normalize("NFKC", password).lower()
        core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
        for form in {folded, core, core.translate(READ_AS)}:
            if self._frequent(form):
                raise ValidationError(
                    _("This is a password often found in breaches, with little added to it."),
                    code="password_breached",
                )
        if len(set(re.sub(r"[\W\d_]+", "", self.own.sub("", folded)))) < REMAINS:
            raise ValidationError(
                _("Beside names, years and words of the archive there is too little left of it."),
                code="password_own_words",
            )

    def _frequent(self, form: str) -> bool:
        """Whether it is one of the frequent, or one of them said twice or more."""
        if form in self.frequent:
            return True
        for length in range(1, len(form) // 2 + 1):
            part, times = form[:length], len(form) // length
            if part * times == form and (part in self.frequent or length < REMAINS):
                return True
        return False

    def get_help_text(self) -> str:
        return _(
            "Your password must not be a frequent one with something put around it, nor made of "
            "the archive's own words."
        )
