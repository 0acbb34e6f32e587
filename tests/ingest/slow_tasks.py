"""A task that tells where it began and then takes too long, for workers to be killed in."""

import time
from pathlib import Path

from django_tasks import task


@task()
def slow(diary: str) -> None:
    with Path(diary).open("a") as file:
        file.write("started\n")
    time.sleep(600)
