"""The API judged by others: its description by a validator, its answers by a fuzzer."""

import copy
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client

from footage.research import api
from tests import judges
from tests.catalogue.indexes import index
from tests.reading_room import rows
from tests.research.test_dictionary import VALIDATING, an_archive

VALID = """
import json, sys, openapi_spec_validator
errors = openapi_spec_validator.OpenAPIV31SpecValidator(json.load(sys.stdin)).iter_errors()
print(json.dumps([error.message[:200] for error in errors]))
"""
# All but one: that whatever the description lets pass is taken. A date is text, and not every text
# is one.
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance", "negative_data_rejection"),
    *("missing_required_header", "unsupported_method", "use_after_free"),
)


def description(client: Client) -> dict[str, Any]:
    return orjson.loads(client.get("/api/v1/openapi.json").content)


def test_the_description_is_valid_openapi(client: Client) -> None:
    described = description(client)
    assert described["openapi"].startswith("3.1")
    assert judges.asked(VALID, described) == []


@pytest.mark.parametrize("planted", ["operation without answers", "parameter from nowhere"])
def test_the_validator_finds_a_planted_fault(client: Client, planted: str) -> None:
    described = copy.deepcopy(description(client))
    operation = described["paths"]["/api/v1/records"]["get"]
    if planted == "operation without answers":
        del operation["responses"]["200"]["description"]
    else:
        operation["parameters"][0]["in"] = "thin air"
    assert judges.asked(VALID, described) != []


@pytest.mark.django_db
def test_every_record_of_the_api_is_as_its_schema_says(client: Client) -> None:
    an_archive()
    index()
    schema = orjson.loads(client.get("/schemas/record-2.json").content)
    body = orjson.loads(client.get("/api/v1/records?kind=clip&kind=testimony").content)
    assert len(body["records"]) == 3
    assert judges.asked(VALIDATING, [schema, body["records"]]) == []


# --- A fuzzer -------------------------------------------------------------------------------------
def fuzzed(site: str, folder: Path, examples: int, *only: str) -> str:
    """What schemathesis says of the API; "" when it finds nothing. The seed is always the same."""
    chosen = [f"--include-path={path}" for path in only]
    run = subprocess.run(
        [
            str(judges.python().with_name("schemathesis")),
            *("run", f"{site}/api/v1/openapi.json", "--url", site, "--seed", "1"),
            *("--max-examples", str(examples), "--checks", ",".join(CHECKS), "--no-color"),
            *("--phases", "examples,coverage,fuzzing", "--max-time", "15"),
            *("--generation-database", "none", *chosen),
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=200,
        check=False,
    )
    return run.stdout[-6000:] + run.stderr[-2000:] if run.returncode else ""


@pytest.fixture
def served(transactional_db: None, site: str, settings: Any) -> str:
    """An archive with a record of each kind, one of them withdrawn, served over HTTP."""
    settings.BASE_URL = site
    an_archive()
    rows.withdraw(rows.a_clip())
    index()
    return site


def test_a_fuzzer_finds_no_fault_in_the_api(served: str, tmp_path: Path) -> None:
    assert fuzzed(served, tmp_path, 4) == ""


def test_the_fuzzer_finds_a_planted_fault(
    served: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = api.as_json
    monkeypatch.setattr(api, "as_json", lambda body: told({**body, "total": "many"}))
    assert "total" in fuzzed(served, tmp_path, 2, "/api/v1/records")
