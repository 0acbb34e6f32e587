"""What researchers fetch: exports of any list."""

from django.urls import path

from footage.research import exports

urlpatterns = [
    path("export/clips.csv", exports.clips_csv, name="export-csv"),
    path("export/clips.jsonl", exports.clips_jsonl, name="export-jsonl"),
]
