"""Model fields for closed vocabularies and for dates as the archivist wrote them.

All of them are plain columns to the database and to migrations: a changed label needs none.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from footage import dates
from footage.vocabularies import Vocabulary


def reading_language() -> str:
    """The language the vocabularies are shown in now: "ar" or, for everything else, "en"."""
    return "ar" if (get_language() or "en").startswith("ar") else "en"


def said(english: str, arabic: str) -> str:
    """Of two equal texts, the one in the language being read."""
    return arabic if reading_language() == "ar" else english


lazily_said = lazy(said, str)


class TermField(models.CharField):
    """One code of a closed vocabulary."""

    def __init__(self, vocabulary: Vocabulary | None = None, **kwargs: Any) -> None:
        self.vocabulary = vocabulary
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def contribute_to_class(self, cls: type, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)

        def display(instance: models.Model) -> str:
            code = getattr(instance, self.attname)
            return self.vocabulary.label(code, reading_language()) if code else ""

        setattr(cls, f"get_{name}_display", display)

    @property
    def flatchoices(self) -> list[tuple[str, str]]:
        """(code, label) pairs in the language being read: what lists, filters and fields that
        cannot be changed show. There are no `choices`, which migrations would write down."""
        return self.vocabulary.choices(reading_language()) if self.vocabulary else []

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value and self.vocabulary is not None and value not in self.vocabulary:
            raise ValidationError(_("“%(code)s” is not in the list."), params={"code": value})

    def formfield(self, **kwargs: Any) -> forms.Field:
        return forms.ChoiceField(
            choices=lambda: [("", "—"), *self.vocabulary.choices(reading_language())],
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
            initial=self.default if self.has_default() else None,
        )


class TermsField(models.JSONField):
    """A list of codes of a closed vocabulary, in the vocabulary's order, without repeats."""

    def __init__(self, vocabulary: Vocabulary | None = None, **kwargs: Any) -> None:
        self.vocabulary = vocabulary
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def clean(self, value: Any, model_instance: models.Model | None) -> list[str]:
        value = super().clean(value, model_instance) or []
        if not isinstance(value, list):
            raise ValidationError(_("This must be a list of codes."))
        codes = self.vocabulary.codes if self.vocabulary is not None else ()
        for code in value:
            if code not in codes:
                raise ValidationError(_("“%(code)s” is not in the list."), params={"code": code})
        return [code for code in codes if code in value]

    def formfield(self, **kwargs: Any) -> forms.Field:
        return forms.MultipleChoiceField(
            choices=lambda: self.vocabulary.choices(reading_language()),
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
            widget=forms.CheckboxSelectMultiple,
        )


class FilmedField(models.CharField):
    """A date in the archive's EDTF subset. Typed as people write it, stored canonically."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 100)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return dates.parse(text).edtf
        except dates.DateError:
            pass
        try:
            return dates.read(text).edtf
        except dates.DateError as error:
            raise ValidationError(lazily_said(error.message_en, error.message_ar)) from error


def bounds_of(filmed: str) -> tuple[Any, Any]:
    """First and last day an EDTF text may mean; (None, None) when empty or unknown."""
    if not filmed:
        return None, None
    parsed = dates.parse(filmed)
    return parsed.earliest, parsed.latest
