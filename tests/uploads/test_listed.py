"""The list of one's own uploads: what is unfinished is found among many that have ended."""

from footage.ingest.models import Upload
from footage.ingest.uploads.views import LISTED
from tests.uploads.conftest import Tus


def test_an_unfinished_upload_is_found_below_a_day_of_ended_ones(tus: Tus) -> None:
    unfinished = tus.begun(100_000)
    old = Upload.objects.get()
    ended = {"by": tus.user, "length": 1, "expires_at": old.expires_at, "state": "terminated"}
    Upload.objects.bulk_create(Upload(**ended) for _number in range(LISTED))

    everything = tus.client.get("/admin/uploads/").json()["uploads"]
    assert unfinished not in {upload["address"] for upload in everything}
    [found] = tus.client.get("/admin/uploads/?state=receiving").json()["uploads"]
    assert (found["address"], found["offset"], found["length"]) == (unfinished, 0, 100_000)


def test_nobody_lists_the_uploads_of_somebody_else(tus: Tus, sign_in) -> None:
    tus.begun(100_000)
    colleague = sign_in("archivist", username="samar")
    assert colleague.get("/admin/uploads/?state=receiving").json() == {"uploads": []}
