"""The staff side: Django's admin site under the archive's name and sign-in."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class Workshop(AdminSite):
    site_title = _("Aleppo archive")
    site_header = _("Aleppo archive: workshop")
    index_title = _("Workshop")
    site_url = "/"
