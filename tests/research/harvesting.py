"""Asking `/oai` as a harvester does, and what strict judges say of its answers."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.test import Client
from lxml import etree

from tests import harness

SCHEMAS = Path(__file__).resolve().parents[1] / "data" / "schemas"
NAMES = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pb": "http://www.pbcore.org/PBCore/PBCoreNamespace.html",
    "dcite": "http://datacite.org/schema/kernel-4",
}
PREFIXES = ("oai_dc", "oai_pbcore", "oai_datacite")


def ask(client: Client, **arguments: str) -> Any:
    """The root element of an answer; `from_` stands for `from`."""
    named = {name.rstrip("_"): value for name, value in arguments.items()}
    answer = client.get("/oai", named)
    assert answer.status_code == 200, answer.content
    return etree.fromstring(answer.content)


def error(root: Any) -> str:
    return "".join(root.xpath("o:error/@code", namespaces=NAMES))


def said(root: Any, path: str) -> list[Any]:
    return root.xpath(path, namespaces=NAMES)


def pages(client: Client, verb: str = "ListIdentifiers", **arguments: str) -> Iterator[Any]:
    """Every page of a harvest, one after the other."""
    arguments.setdefault("metadataPrefix", "oai_dc")
    root = ask(client, verb=verb, **arguments)
    while True:
        assert error(root) == "", etree.tostring(root)[:400]
        yield root
        token = said(root, "//o:resumptionToken/text()")
        if not token:
            return
        root = ask(client, verb=verb, resumptionToken=token[0])


def references(roots: Iterable[Any]) -> list[str]:
    """The references of all headers, in order."""
    return [
        text.rpartition(":")[2]
        for root in roots
        for text in said(root, "//o:header/o:identifier/text()")
    ]


def strictly(documents: dict[str, bytes], folder: Path) -> list[str]:
    """What xmllint has against documents (by name), by the published schemas and no network."""
    if shutil.which("xmllint") is None:
        harness.absent("xmllint (Debian: libxml2-utils)")
    paths = []
    for name, content in documents.items():
        path = folder / f"{name}.xml"
        path.write_bytes(content)
        paths.append(str(path))
    checked = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema", str(SCHEMAS / "oai-all.xsd"), *paths],
        env={"XML_CATALOG_FILES": str(SCHEMAS / "catalog.xml"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = checked.stderr.splitlines()
    # The xml: attributes are named by two of the schemas, and read once.
    lines = [line for line in lines if "Schemas parser warning" not in line]
    wrong = [line for line in lines if not line.endswith(" validates")]
    assert len(lines) - len(wrong) <= len(paths)
    assert bool(checked.returncode) == bool(wrong), checked.stderr
    return wrong
