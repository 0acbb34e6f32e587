"""What researchers and other archives fetch: exports, what fields mean, citations, harvests."""

from django.urls import path

from footage.catalogue.citing import FORMATS
from footage.research import citations, exports, schemas
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
    path("unapi", citations.unapi, name="unapi"),
    path("oai", oai.oai, name="oai"),
]
