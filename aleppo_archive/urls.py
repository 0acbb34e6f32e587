"""Every address of the archive. ARCHIVE_SITE decides which half a process serves."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

urlpatterns: list = []

if settings.SERVES_STAFF:
    urlpatterns += [
        path("admin/account/", include("aleppo_archive.account_urls")),
        path("admin/language/", include("django.conf.urls.i18n")),
        path("admin/uploads/", include("footage.admin.upload_addresses")),
        path("admin/", admin.site.urls),
    ]

if settings.SERVES_PUBLIC:
    urlpatterns += [
        path("", include("footage.research.urls")),
        path("", include("footage.reading_room.urls_any_language")),
        *i18n_patterns(path("", include("footage.reading_room.urls"))),
    ]
    handler404 = "footage.reading_room.rendering.not_found"
    handler400 = "footage.research.problems.not_understood"
    handler500 = "footage.research.problems.fault"
