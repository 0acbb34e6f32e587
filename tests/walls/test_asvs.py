"""OWASP ASVS 5.0, levels 1 and 2: every requirement has an answer, and the answer exists."""

import ast
import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The identifiers and levels of the standard, as published; docs/asvs.csv says the rest.
STANDARD = ROOT / "tests" / "data" / "asvs-5.0.csv"
STATES = {"met", "partly", "not applicable"}

Row = dict[str, str]


def table() -> list[Row]:
    with (ROOT / "docs" / "asvs.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def standard() -> dict[str, str]:
    with STANDARD.open(newline="", encoding="utf-8") as file:
        return {row["requirement"]: row["level"] for row in csv.DictReader(file)}


@cache
def names_of_tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(node.name for node in functions)


def faults(row: Row) -> list[str]:
    """What is wrong with one answer, in words."""
    found = []
    if row["state"] not in STATES:
        found.append(f"{row['state']!r} is no state")
    if row["state"] == "met" and not row["evidence"]:
        found.append("met, and nothing shows it")
    if row["state"] != "met" and len(row["answer"]) < 8:
        found.append("no reason is given")
    if not 4 <= len(row["title"]) <= 80:
        found.append("the title is missing or no title")
    for named in row["evidence"].split():
        path, _colons, test = named.partition("::")
        if not (ROOT / path).is_file():
            found.append(f"{path} is not there")
        elif test and test not in names_of_tests(path):
            found.append(f"{named} is not there")
    return [f"{row['requirement']}: {fault}" for fault in found]


def test_every_requirement_of_both_levels_is_answered_once() -> None:
    asked = {name: level for name, level in standard().items() if level in {"1", "2"}}
    answered = [(row["requirement"], row["level"]) for row in table()]
    assert answered == list(asked.items())
    # As counted in the standard itself: none is missing from our list of it.
    assert Counter(standard().values()) == {"1": 70, "2": 183, "3": 92}


def test_every_answer_is_whole_and_what_it_names_exists() -> None:
    assert [fault for row in table() for fault in faults(row)] == []


def test_most_of_what_applies_is_met_and_shown_by_tests() -> None:
    states = Counter(row["state"] for row in table())
    applies = states["met"] + states["partly"]
    assert states["met"] >= 0.85 * applies
    shown = [row for row in table() if row["state"] == "met" and "::test_" in row["evidence"]]
    assert len(shown) >= 0.65 * states["met"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"evidence": ""}, "nothing shows it"),
        ({"evidence": "tests/walls/test_asvs.py::test_never_written"}, "is not there"),
        ({"evidence": "no/such/file.py"}, "is not there"),
        ({"state": "not applicable", "answer": ""}, "no reason"),
        ({"state": "fine"}, "no state"),
        ({"title": ""}, "title"),
    ],
)
def test_a_poor_answer_is_caught(wrong: Row, said: str) -> None:
    row = {
        "requirement": "V1.1.1",
        "level": "1",
        "title": "Answers are checked",
        "state": "met",
        "evidence": "tests/walls/test_asvs.py::test_a_poor_answer_is_caught",
        "answer": "",
    }
    assert faults(row) == []
    assert said in str(faults(row | wrong))
