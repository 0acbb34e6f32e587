"""Any sequence of creates, patches, heads and terminations does what a model of ten lines does."""

import hashlib
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from footage.ingest.models import Master, Upload
from footage.ingest.uploads import sessions
from footage.ingest.write_path import masters_store
from tests.faults.campaigns import rounds
from tests.uploads.conftest import Tus, footage, sha256

pytestmark = pytest.mark.django_db
SIZE = 9000


@dataclass
class Model:
    """What an upload should be: its content, how much is acknowledged, and whether it ended."""

    content: bytes
    offset: int = 0
    ended: bool = False

    @property
    def finished(self) -> bool:
        return self.offset == len(self.content)


def uploads_as_modelled(tus: Tus, small: bytes) -> type[RuleBasedStateMachine]:
    class Uploads(RuleBasedStateMachine):
        addresses = Bundle("addresses")

        @initialize()
        def empty(self) -> None:
            self.models: dict[str, Model] = {}
            self.seen = 0

        @rule(target=addresses, with_bytes=st.integers(0, SIZE))
        def create(self, with_bytes: int) -> Any:
            self.seen += 1
            content = small + b"%020d" % (id(self) * 1000 + self.seen)
            body = content[:with_bytes] if with_bytes else None
            response = tus.create(len(content), body)
            assert response.status_code == 201
            self.models[response["Location"]] = Model(content, len(body or b""))
            return response["Location"]

        @rule(target=addresses, length=st.sampled_from([0, 10**15]))
        def create_what_is_refused(self, length: int) -> Any:
            assert tus.create(length).status_code in {400, 413}
            return multiple()

        @rule(
            address=addresses,
            moved=st.sampled_from([0, 0, 0, 0, -1, 1, 500]),
            length=st.integers(0, SIZE + 200),
            checksum=st.sampled_from(["none", "none", "right", "wrong"]),
            override=st.booleans(),
        )
        def patch(
            self, address: str, moved: int, length: int, checksum: str, override: bool
        ) -> None:
            model = self.models[address]
            offset = max(0, model.offset + moved)
            body = model.content[offset : offset + length]
            if length > len(body):
                body += b"y" * (length - len(body))
            given = {}
            if checksum != "none":
                given["HTTP_UPLOAD_CHECKSUM"] = sha256(body if checksum == "right" else b"?" + body)
            if override:
                given["HTTP_X_HTTP_METHOD_OVERRIDE"] = "patch"
            status = tus.patch(address, offset, body, **given).status_code
            if model.ended:
                assert status == 410
            elif model.finished or offset != model.offset:
                assert status == 409
            elif offset + length > len(model.content):
                assert status == 413
            elif checksum == "wrong":
                assert status == 460
            else:
                assert status == 204
                model.offset += length

        @rule(address=addresses)
        def head(self, address: str) -> None:
            model, response = self.models[address], tus.head(address)
            if model.ended:
                assert response.status_code == 410
            else:
                assert (response.status_code, response["Upload-Offset"]) == (200, str(model.offset))

        @rule(address=addresses)
        def terminate(self, address: str) -> None:
            model = self.models[address]
            assert tus.delete(address).status_code == (410 if model.ended else 204)
            model.ended = True

        @rule()
        def another_process_takes_over(self) -> None:
            sessions.digests.__init__()  # type: ignore[misc]

        @invariant()
        def rows_and_files_are_the_models(self) -> None:
            for address, model in getattr(self, "models", {}).items():
                name = address.rsplit("/", 1)[1]
                row = Upload.objects.get(pk=name)
                if model.finished:
                    digest = hashlib.sha256(model.content).hexdigest()
                    with masters_store().open(digest) as file:
                        assert file.read() == model.content
                    assert Master.objects.filter(digest=digest).count() == 1
                elif model.ended:
                    assert not sessions.uploads().path(name).exists()
                else:
                    assert row.offset == model.offset
                    stored = sessions.uploads().path(name).read_bytes()
                    assert stored[: model.offset] == model.content[: model.offset]

    return Uploads


def held(machine: type[RuleBasedStateMachine], examples: int, *, shrinking: bool = True) -> None:
    """Run the machine. Without shrinking it only finds a failure, and does not make it small."""
    left_out = set() if shrinking else {Phase.shrink, Phase.explain}
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            database=None,
            phases=[phase for phase in Phase if phase not in left_out],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def quick_door(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Small files: a photograph, which the door takes; it is asked elsewhere, so it stands open."""
    monkeypatch.setattr(sessions, "recordings_only", lambda path: None)
    return footage(60_000)[:SIZE]


def test_every_sequence_does_what_the_model_does(tus: Tus, quick_door: bytes) -> None:
    held(uploads_as_modelled(tus, quick_door), rounds(25, 1000))


def test_the_model_finds_an_offset_counted_twice(
    tus: Tus, quick_door: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(self: sessions.Writer, offset: int) -> None:
        Upload.objects.filter(pk=self.upload.pk).update(offset=min(offset + 1, self.upload.length))
        self.counted = offset

    monkeypatch.setattr(sessions.Writer, "_store", forgetful)
    with pytest.raises((AssertionError, ExceptionGroup)):
        held(uploads_as_modelled(tus, quick_door), 20, shrinking=False)


def test_the_model_finds_a_checksum_that_is_not_looked_at(
    tus: Tus, quick_door: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "footage.ingest.uploads.protocol.Checksum.matches", lambda self, digest: True
    )
    with pytest.raises((AssertionError, ExceptionGroup)):
        held(uploads_as_modelled(tus, quick_door), 400, shrinking=False)
