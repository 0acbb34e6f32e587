"""What researchers fetch: exports of any list, and what their fields mean."""

from django.urls import path

from footage.research import exports, schemas

urlpatterns = [
    path("export/clips.csv", exports.clips_csv, name="export-csv"),
    path("export/clips.jsonl", exports.clips_jsonl, name="export-jsonl"),
    path("schemas/record-<int:number>.json", schemas.record_schema, name="record-schema"),
]
