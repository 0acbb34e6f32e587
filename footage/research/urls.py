"""What researchers and other archives fetch: exports, API, fields, citations, harvests."""

from django.urls import path

from footage.catalogue.citing import FORMATS
from footage.research import api, citations, exports, feeds, oembed, schemas
from footage.research.iiif import views as iiif
from footage.research.oai import views as oai

urlpatterns = [
    path("export/clips.<str:format>", exports.export, name="export"),
    path("export/datapackage.json", exports.description, name="export-description"),
    path("schemas/record-<int:number>.json", schemas.record_schema, name="record-schema"),
    *(
        path(
            f"cite/<str:reference>.{suffix}",
            citations.citation,
            {"suffix": suffix},
            name=f"cite-{suffix}",
        )
        for suffix in FORMATS
    ),
    path("oembed", oembed.oembed, name="oembed"),
    path("unapi", citations.unapi, name="unapi"),
    path("oai", oai.oai, name="oai"),
    path("iiif/collection.json", iiif.top, name="iiif"),
    path("iiif/testimonies/collection.json", iiif.testimonies, name="iiif-testimonies"),
    path(
        "iiif/neighbourhoods/<slug:slug>/collection.json",
        iiif.neighbourhood,
        name="iiif-neighbourhood",
    ),
    path("iiif/films/<slug:slug>/collection.json", iiif.film, name="iiif-film"),
    path("iiif/<str:reference>/manifest.json", iiif.manifest, name="iiif-manifest"),
    path(
        "iiif/<str:reference>/transcripts/<str:clip>/<str:language>.json",
        iiif.transcript,
        name="iiif-transcript",
    ),
    path("iiif/<str:reference>/search", iiif.search, {"captions": False}, name="iiif-search"),
    path(
        "iiif/<str:reference>/captions/search",
        iiif.search,
        {"captions": True},
        name="iiif-captions-search",
    ),
    path("feeds/<str:language>/clips.atom", feeds.clips, name="feed"),
    path("api/v1/", api.index, name="api-index"),
    path("api/v1/openapi.json", api.description, name="api-openapi"),
    path("api/v1/records", api.records, name="api-records"),
    path("api/v1/records/<str:reference>", api.record, name="api-record"),
    path("api/v1/search", api.search, name="api-search"),
    path("api/v1/segments", api.segments, name="api-segments"),
    path("api/v1/authorities", api.all_authorities, name="api-authorities"),
    path("api/v1/authorities/<str:kind>/<str:slug>", api.authority, name="api-authority"),
    path("api/v1/changes", api.changes, name="api-changes"),
    path("api/v1/vocabularies", api.all_vocabularies, name="api-vocabularies"),
]
