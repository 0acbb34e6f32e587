"""Work that waits in the queue: looking at masters and making copies for watching."""

from footage.tasks.examination import (
    enqueue_examination,
    examine,
    examine_master,
    keep_credentials,
    make_renditions,
    read_credentials,
    render,
)

__all__ = [
    "enqueue_examination",
    "examine",
    "examine_master",
    "keep_credentials",
    "make_renditions",
    "read_credentials",
    "render",
]
