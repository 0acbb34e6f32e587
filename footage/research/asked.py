"""What a program asks, read strictly: whatever cannot be used is named, with its mend, and refused.

Pages pass over what they do not know, because a reader must not be stopped by a stray address. A
program that misspells a filter would take a wrong answer for a right one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import HttpResponse, QueryDict

from footage.catalogue.cursors import packed, unpacked
from footage.catalogue.interface import AFTER, FILTERS, SORT, USUAL, Parameter
from footage.catalogue.queries import MOST_VALUES, PARAMETERS, Query
from footage.research.problems import problem


class Refused(Exception):
    """A parameter that cannot be used. `response` says which, and what would be right."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name, self.detail = name[:80], detail

    @property
    def response(self) -> HttpResponse:
        title = "A parameter cannot be used"
        return problem(400, title, self.detail, parameter=self.name)


def checked(given: QueryDict, known: Iterable[Parameter]) -> None:
    """Raise Refused unless every parameter is known, and of the form its declaration says."""
    by_name = {each.name: each for each in known}
    for name, values in given.lists():
        if name not in by_name:
            known_ones = f"Known: {', '.join(by_name)}" if by_name else "None is known here"
            raise Refused(name, f"“{name[:80]}” is unknown. {known_ones}.")
        _check(by_name[name], values)
    chosen = [name for name in given if by_name[name].many]
    number = sum(len(given.getlist(name)) for name in chosen)
    if number > MOST_VALUES:
        detail = f"{', '.join(chosen)} have {number} values in all; {MOST_VALUES} are the most."
        raise Refused(chosen[-1], detail)
    for each in by_name.values():
        if each.required and each.name not in given:
            raise Refused(each.name, f"{each.name} is missing: {each.en}.")


def _check(parameter: Parameter, values: list[str]) -> None:
    name = parameter.name
    if len(values) > 1 and not parameter.many:
        raise Refused(name, f"{name} is given {len(values)} times; give it once.")
    if len(values) > MOST_VALUES:
        raise Refused(name, f"{name} has {len(values)} values; {MOST_VALUES} are the most.")
    for value in values:
        if not value.strip():
            raise Refused(name, f"{name} is empty; leave it out or give it a value.")
        if parameter.codes and value not in parameter.codes:
            known = ", ".join(parameter.codes)
            raise Refused(name, f"“{value[:80]}” is not a value of {name}. Values: {known}.")
        if parameter.longest and len(value) > parameter.longest:
            raise Refused(
                name,
                f"{name} has {len(value)} characters; {parameter.longest} are the most.",
            )
        if parameter.most:
            whole_number(name, value, parameter.least, parameter.most)


def whole_number(name: str, value: str, least: int, most: int) -> int:
    """Raises Refused for anything but ASCII digits within the bounds."""
    if value.isascii() and value.isdigit() and len(value) <= 20 and least <= int(value) <= most:
        return int(value)
    raise Refused(name, f"{name} must be a whole number from {least} to {most}.")


def limit_of(given: QueryDict) -> int:
    """`limit` of parameters that were checked."""
    return int(given.get("limit") or USUAL)


@dataclass(frozen=True)
class Walk:
    """A way through a list that began at a change number, with the totals of its beginning.

    What was first published later is no part of it, so that its totals stay true; `inner` is where
    the next part begins, as `Query.after` has it.
    """

    as_of: int
    total: int
    certain: int
    inner: str

    def write(self) -> str:
        return packed([self.as_of, self.total, self.certain, self.inner])

    @classmethod
    def read(cls, text: str) -> "Walk":
        """Raises Refused for anything that `write` did not make."""
        try:
            as_of, total, certain, inner = parts = unpacked(text)
            if not all(type(each) is int and each >= 0 for each in (as_of, total, certain)):
                raise ValueError(parts)
            if not isinstance(inner, str) or not inner:
                raise ValueError(inner)
        except (ValueError, TypeError) as error:
            raise _not_a_cursor() from error
        return cls(as_of, total, certain, inner)


def question(given: QueryDict, known: Iterable[Parameter]) -> tuple[Query, Walk | None]:
    """The query of an address, as readers' pages read it, and the walk it continues, if any."""
    checked(given, known)
    walk = Walk.read(str(given["after"])) if "after" in given else None
    asked = given.copy()
    asked.pop("after", None)
    query = Query.read(asked)
    if not query.text and "sort" not in given:
        # Nothing ever moves a record in this order: a walk along it is whole.
        query = replace(query, sort="published")
    for name, value in query.ignored:
        raise Refused(name, _unusable(name, value))
    if walk is None:
        return query, None
    query = replace(query, after=walk.inner)
    if query.cursor is None:
        raise _not_a_cursor()
    return query, walk


def in_full(given: QueryDict, *also: Parameter) -> Query:
    """The query of a page's address for whoever takes all that it finds, from wherever in the list
    the address is. Raises Refused for what pages pass over, but for a field that was left empty.

    `also` are parameters that may stand beside those of pages.
    """
    filled = given.copy()
    for name, values in given.lists():
        if name in PARAMETERS and not any(values):
            del filled[name]
    checked(filled, (*FILTERS, SORT, AFTER, *also))
    query = Query.read(filled)
    for name, value in query.ignored:
        raise Refused(name, _unusable(name, value))
    return query.in_full


def _unusable(name: str, value: str) -> str:
    if name in ("from", "to"):
        mend = "no date. Give a day, month or year: 2016-11-28, 2016-11, 2016."
        return f"“{value[:80]}” cannot be a value of {name}: it is {mend}"
    return f"“{value[:80]}” cannot be a value of {name}."


def _not_a_cursor() -> Refused:
    return Refused("after", "after is not from `next` of an answer to this question; begin again.")


def place_in_list(given: QueryDict, length: int) -> list[str] | None:
    """The texts packed in `after`; None where it is not given. Raises Refused."""
    if "after" not in given:
        return None
    text = str(given["after"])
    try:
        parts = unpacked(text)
    except ValueError as error:
        raise _not_a_cursor() from error
    usable = isinstance(parts, list) and len(parts) == length
    if not usable or not all(isinstance(each, str) and "\0" not in each for each in parts):
        raise _not_a_cursor()
    return list(parts)
