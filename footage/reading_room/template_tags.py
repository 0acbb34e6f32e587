"""Tags of readers' pages (`{% load reading %}`)."""

from django.template import Library

register = Library()
