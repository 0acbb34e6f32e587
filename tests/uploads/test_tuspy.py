"""A client that nobody here wrote (tuspy) takes the protocol as it finds it."""

import io
from typing import Any

import pytest
from tusclient import client as tusclient
from tusclient.exceptions import TusCommunicationError

from footage.ingest.models import Master, Upload
from footage.ingest.write_path import open_master
from footage.models import Clip
from tests.uploads.conftest import Tus, footage

TOKEN = "c" * 32


@pytest.fixture
def tuspy(tus: Tus, live_server: Any) -> tusclient.TusClient:
    session = tus.client.cookies["sessionid"].value
    return tusclient.TusClient(
        f"{live_server.url}/admin/uploads/",
        headers={"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN},
    )


@pytest.fixture
def clip() -> io.BytesIO:
    return io.BytesIO(footage(900_000))


@pytest.mark.parametrize("checksum", [False, True])
@pytest.mark.django_db(transaction=True)
def test_tuspy_uploads_in_chunks(tuspy: Any, clip: io.BytesIO, checksum: bool) -> None:
    uploader = tuspy.uploader(
        file_stream=clip,
        chunk_size=200_000,
        metadata={"filename": "خبز.mp4", "filetype": "video/mp4"},
        metadata_encoding="utf-8",
        upload_checksum=checksum,
    )
    uploader.upload()
    with open_master(Master.objects.get()) as file:
        assert file.read() == clip.getvalue()
    assert Clip.objects.get().original_filename == "خبز.mp4"


@pytest.mark.django_db(transaction=True)
def test_tuspy_resumes_after_it_was_stopped(tuspy: Any, clip: io.BytesIO) -> None:
    begun = tuspy.uploader(file_stream=clip, chunk_size=200_000)
    begun.upload(stop_at=400_000)
    assert Upload.objects.get().offset == 400_000
    resumed = tuspy.uploader(file_stream=clip, chunk_size=200_000, url=begun.url)
    assert resumed.offset == 400_000
    resumed.upload()
    with open_master(Master.objects.get()) as file:
        assert file.read() == clip.getvalue()


@pytest.mark.django_db(transaction=True)
def test_tuspy_without_a_csrf_token_is_refused(tuspy: Any, clip: io.BytesIO) -> None:
    tuspy.headers.pop("X-CSRFToken")
    with pytest.raises(TusCommunicationError, match="403"):
        tuspy.uploader(file_stream=clip, chunk_size=200_000).upload()
    assert not Upload.objects.exists()
