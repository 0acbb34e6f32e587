from django.contrib.admin.apps import AdminConfig


class WorkshopAdminConfig(AdminConfig):
    """Django's own admin, with the archive's sign-in and its own front page."""

    default_site = "aleppo_archive.workshop.Workshop"
