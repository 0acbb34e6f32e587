"""Addresses without a language: permanent references, media, and what machines ask for."""

from django.urls import path

from footage.reading_room import bundle, language_free, media, sitemaps

urlpatterns = [
    path("", language_free.front_door, name="front-door"),
    path("c/<str:reference>", language_free.permanent, name="permanent"),
    path("c/<str:reference>/captions/<str:language>.vtt", language_free.captions, name="captions"),
    *(
        path(
            f"c/<str:reference>/captions/<str:language>.{suffix}",
            language_free.captions,
            {"suffix": suffix},
            name=f"captions-{suffix}",
        )
        for suffix in ("srt", "txt")
    ),
    path("c/<str:reference>/bundle.zip", bundle.serve, name="bundle"),
    path("media/<str:name>", media.serve, name="media"),
    path("healthz", language_free.healthz, name="healthz"),
    path("robots.txt", language_free.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemaps/pages.xml", sitemaps.pages, name="sitemap-pages"),
    path("sitemaps/records-<int:number>.xml", sitemaps.records, name="sitemap-records"),
]
