"""Runs one job on one file in a fresh child process, and never trusts what comes back.

The child gets an empty environment, the input as an open descriptor (never its name), one
empty directory to write into, and a pipe for at most 64 KB of JSON lines: what the container
tells, if anything, then the answer. It is its own process group,
dies with the thread that waits for it, and is killed whole when its time is up. Safe to
call from threads and while databases are open: no descriptor of ours but those three is passed.
Cost: 0.15-0.25 s a job, most of it importing the media libraries.
"""

import contextlib
import json
import os
import selectors
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from footage.media.answers import Probe
from footage.media.confinement import NOBODY, Limits
from footage.media.unplayable import REASONS, Unplayable

RESULT_LIMIT: Final = 64 * 1024
ERRORS_KEPT: Final = 4096
WORKER: Final = Path(__file__).with_name("worker.py")
UNCONFINED_EXIT: Final = 77
LAYERS_LIMITS: Final = Limits(memory=1 << 30, cpu_seconds=5, file_size=1 << 20, seconds=10)


class Unavailable(Exception):
    """Fewer than two kernel layers (of network, landlock, seccomp) hold here, so no media file
    is opened. The site runs on; `layers()` says which are on."""


def layers() -> dict[str, bool]:
    """Which layers a child really has on this machine, found by starting one (0.2 s)."""
    with open(os.devnull, "rb") as nothing:
        answer = run("layers", nothing.fileno(), {}, LAYERS_LIMITS)
    return {str(name): bool(on) for name, on in answer.items()}


def available() -> bool:
    """Whether media work may run at all. Costs one child, as `layers`."""
    try:
        layers()
    except Unavailable:
        return False
    return True


@contextlib.contextmanager
def opened(path: Path) -> Iterator[int]:
    """A read-only descriptor of a regular file, never through a symbolic link.

    Raises OSError when the file is missing or is a link, as any open does, and Unplayable
    ('not-media') for a directory, pipe or device.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unplayable("not-media", "not a regular file")
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def box(beside: Path) -> Iterator[Path]:
    """An empty directory inside `beside` that a child may write; removed afterwards."""
    with tempfile.TemporaryDirectory(
        prefix=".box-", dir=beside, ignore_cleanup_errors=True
    ) as name:
        if os.geteuid() == 0:
            with contextlib.suppress(OSError):  # no right to give away: then the child stays us
                os.chown(name, NOBODY, NOBODY)
        yield Path(name)


def run(
    verb: str,
    input_fd: int,
    request: dict[str, Any],
    limits: Limits,
    out_dir: Path | None = None,
    result_limit: int = RESULT_LIMIT,
) -> dict[str, Any]:
    """One verb of worker.py on the open file; returns its JSON object, of so many bytes at most.

    Raises Unplayable when the child says so, dies, or exceeds a limit, and Unavailable when it
    refused to start for want of layers.
    """
    result_read, result_write = os.pipe()
    job = {
        "verb": verb,
        "input": input_fd,
        "result": result_write,
        "parent": os.getpid(),
        "limits": vars(limits),
        "out_dir": str(out_dir.absolute()) if out_dir else None,
        "request": request,
    }
    os.lseek(input_fd, 0, os.SEEK_SET)
    try:
        exit_code, result, errors = supervise(
            [sys.executable, "-I", str(WORKER), json.dumps(job)],
            (input_fd, result_write),
            result_read,
            limits.seconds,
            close_after_start=result_write,
            result_limit=result_limit,
        )
    finally:
        os.close(result_read)
    return judge(exit_code, result, errors)


def supervise(
    command: Sequence[str],
    pass_fds: Sequence[int],
    result_fd: int,
    seconds: float,
    close_after_start: int | None = None,
    result_limit: int = RESULT_LIMIT,
) -> tuple[int | None, bytes, str]:
    """Start a command in a process group of its own, and end the whole group whatever happens.

    Returns its exit code (None when the time ran out), what it wrote to the result pipe and the
    end of its standard error. The time runs from before the start, which may be kept waiting.
    """
    deadline = time.monotonic() + seconds
    try:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
            close_fds=True,
            pass_fds=tuple(pass_fds),
            start_new_session=True,
        )
    finally:
        if close_after_start is not None:
            os.close(close_after_start)
    assert child.stderr is not None  # noqa: S101  (for the type checker: it is a pipe)
    result, errors = bytearray(), bytearray()
    try:
        with selectors.DefaultSelector() as waiting:
            waiting.register(result_fd, selectors.EVENT_READ, result)
            waiting.register(child.stderr.fileno(), selectors.EVENT_READ, errors)
            while waiting.get_map():
                left = deadline - time.monotonic()
                ready = waiting.select(left) if left > 0 else []
                if not ready:
                    return None, bytes(result), _tail(errors)
                for key, _ in ready:
                    piece = os.read(key.fd, 65536)
                    if not piece:
                        waiting.unregister(key.fd)
                        continue
                    key.data.extend(piece)
                    if len(result) > result_limit:
                        raise Unplayable(
                            "crashed", f"the answer is longer than {result_limit >> 10} KB"
                        )
                    del errors[:-ERRORS_KEPT]
        try:
            exit_code = child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None, bytes(result), _tail(errors)
        return exit_code, bytes(result), _tail(errors)
    finally:
        # The group outlives its leader if something was started in it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.stderr.close()
        child.wait()


def _tail(errors: bytearray) -> str:
    return errors.decode("utf-8", "replace")


def judge(exit_code: int | None, result: bytes, errors: str) -> dict[str, Any]:
    """The child's answer. What it told of the file before it failed goes with the failure."""
    messages = result.split(b"\n")
    try:
        return _verdict(exit_code, messages[1 if _evidence(messages[0]) else 0], errors)
    except Unplayable as error:
        error.probe = error.probe or _evidence(messages[0])
        raise


def _verdict(exit_code: int | None, message: bytes, errors: str) -> dict[str, Any]:
    if exit_code is None:
        raise Unplayable("timed-out", errors)
    if exit_code == UNCONFINED_EXIT:
        raise Unavailable(errors.strip())
    if exit_code == -signal.SIGXCPU:
        raise Unplayable("timed-out", errors)
    if exit_code == -signal.SIGKILL:
        # Not by us, that is a time-out; so by the kernel, which was out of memory.
        raise Unplayable("too-much-memory", errors)
    if exit_code == -signal.SIGXFSZ:
        raise Unplayable("too-large-output", errors)
    if exit_code != 0:
        raise Unplayable(_reason_in(errors), f"exit {exit_code}: {errors[-1500:]}")
    answer = _object(message)
    if set(answer) not in ({"answer"}, {"unplayable", "detail", "evidence"}):
        raise Unplayable("crashed", "the answer has an unknown shape")
    if "answer" not in answer:
        code = answer["unplayable"]
        if not isinstance(code, str) or code not in REASONS:
            raise Unplayable("crashed", "the answer gives an unknown reason")
        raise Unplayable(code, str(answer["detail"]), _believed(answer["evidence"]))
    if not isinstance(answer["answer"], dict):
        raise Unplayable("crashed", "the answer has an unknown shape")
    return answer["answer"]


def _object(message: bytes) -> dict[str, Any]:
    try:
        found = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise Unplayable("crashed", f"the answer is not JSON: {error}") from None
    return found if isinstance(found, dict) else {}


def _evidence(message: bytes) -> Probe | None:
    """The probe in a first message that says what the container told; None if it is not one."""
    try:
        found = _object(message)
    except Unplayable:
        return None
    return _believed(found["evidence"]) if set(found) == {"evidence"} else None


def _believed(data: object) -> Probe | None:
    try:
        return Probe.from_json(data)
    except (ValueError, TypeError):
        return None


def _reason_in(errors: str) -> str:
    """What killed a child, as far as its last words tell."""
    said = errors.lower()
    if "memoryerror" in said or "cannot allocate memory" in said or "out of memory" in said:
        return "too-much-memory"
    if "file too large" in said:
        return "too-large-output"
    return "crashed"
