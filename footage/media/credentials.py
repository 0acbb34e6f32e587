"""Reads content credentials (C2PA 2.x). Runs inside the confined child only.

The library would fetch remote manifests and ask certificate servers when left to itself; both
are switched off, and the child has no network.
"""

import json
import os
from typing import Any

import c2pa  # type: ignore[import-untyped]

from footage.media import signatures
from footage.media.answers import CREDENTIAL_LISTS, CREDENTIAL_TEXTS
from footage.media.tags import clean

OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
# Families whose files can carry a manifest, by the names the library knows.
KNOWN_AS = {
    "mov": "video/mp4",
    "avi": "video/avi",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "tiff": "image/tiff",
    "heif": "image/heif",
    "avif": "image/avif",
}
REMOTE = "must fetch remote manifests from url"


def read(descriptor: int) -> dict[str, Any]:
    """The JSON that answers.check_credentials accepts. Never fails for what is in the file."""
    family = signatures.family_of(os.pread(descriptor, signatures.HEAD_BYTES, 0))
    if family not in KNOWN_AS:
        return _answer("absent")
    try:
        context = c2pa.Context.from_dict(OFFLINE)
        with os.fdopen(os.dup(descriptor), "rb") as file:
            reader = c2pa.Reader(KNOWN_AS[family], file, context=context)
            told = json.loads(reader.json())
    except c2pa.C2paError as error:
        said = str(error)
        if said.startswith(("ManifestNotFound", "NotSupported")):
            return _answer("absent")
        if REMOTE in said:
            return _answer("remote", remote_url=said.partition(REMOTE)[2])
        return _answer("unreadable", problems=[said])
    except (ValueError, RecursionError, OSError) as error:
        return _answer("unreadable", problems=[f"{type(error).__name__}: {error}"])
    return _summary(told)


def _summary(told: dict[str, Any]) -> dict[str, Any]:
    manifest = _mapping(_mapping(told.get("manifests")).get(told.get("active_manifest", "")))
    signature = _mapping(manifest.get("signature_info"))
    generators = [_mapping(g) for g in _list(manifest.get("claim_generator_info"))]
    named = [f"{g.get('name', '')} {g.get('version', '')}" for g in generators]
    assertions = [_mapping(a) for a in _list(manifest.get("assertions"))]
    actions = [
        _mapping(action).get("action", "")
        for assertion in assertions
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in _list(_mapping(assertion.get("data")).get("actions"))
    ]
    results = _mapping(told.get("validation_results"))
    failures = _list(_mapping(results.get("activeManifest")).get("failure"))
    for delta in _list(results.get("ingredientDeltas")):
        failures += _list(_mapping(_mapping(delta).get("validationDeltas")).get("failure"))
    problems = [_mapping(f).get("code", "") for f in failures]
    ingredients = [_mapping(i) for i in _list(manifest.get("ingredients"))]
    # What the signer found wrong with what the picture was made of.
    for ingredient in ingredients:
        for status in _list(ingredient.get("validation_status")):
            problems.append("ingredient: " + str(_mapping(status).get("code", "")))
    state = str(told.get("validation_state", "")).lower()
    return _answer(
        "present",
        validation=state if state in ("valid", "trusted", "invalid") else "invalid",
        title=manifest.get("title"),
        issuer=signature.get("issuer"),
        signer=signature.get("common_name"),
        signed=signature.get("time"),
        generator=manifest.get("claim_generator") or "; ".join(named),
        actions=actions,
        assertions=[assertion.get("label", "") for assertion in assertions],
        problems=list(dict.fromkeys(problems)),
        ingredients=[ingredient.get("title", "") for ingredient in ingredients],
    )


def _answer(state: str, validation: str = "", **told: Any) -> dict[str, Any]:
    answer: dict[str, Any] = {"state": state, "validation": validation}
    for name in CREDENTIAL_TEXTS:
        answer[name] = clean(told.get(name) or "")[:255]
    for name in CREDENTIAL_LISTS:
        answer[name] = [clean(item)[:200] for item in (told.get(name) or [])[:50]]
    return answer


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []
