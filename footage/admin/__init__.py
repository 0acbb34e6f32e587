"""The workshop's pages: Django's admin, one small module a thing."""

from footage.admin import (  # noqa: F401
    clips,
    custody,
    deaccessions,
    events_and_films,
    inbox,
    near_duplicates,
    people,
    places,
    staff,
    testimonies,
    transcripts,
    two_persons,
)
