"""Work that waits in the queue: looking at masters and making copies for watching."""

from footage.tasks.examination import (
    enqueue_examination,
    examine,
    examine_master,
    make_renditions,
    render,
)

__all__ = ["enqueue_examination", "examine", "examine_master", "make_renditions", "render"]
