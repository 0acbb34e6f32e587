"""What a child that reads media can still do when the file has taken it over."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from footage import media
from footage.media import sandbox
from footage.media.confinement import Limits
from tests.media.conftest import ROOT

NOBODY = 65534

# A child that does what worker.py does, then tries to get out.
ESCAPES = """
import json, os, socket, sys
out, outside, pid = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.path.insert(0, sys.argv[4])
from footage.media.confinement import Limits, confine
os.chdir(out)
on = confine(Limits(1 << 30, 5, 1 << 20, 5), pid, out, None)
def refused(attempt):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "allowed"
print(json.dumps({
    "layers": on,
    "write inside": refused(lambda: open("copy", "w").write("x")),
    "read inside": refused(lambda: open("copy").read()),
    "read outside": refused(lambda: open(outside).read()),
    "read the system": refused(lambda: open("/etc/passwd").read()),
    "list the system": refused(lambda: os.listdir("/")),
    "write outside": refused(lambda: open(outside + ".new", "w")),
    "rights": refused(lambda: os.chmod("copy", 0o700)),
    "link": refused(lambda: os.link("copy", "copy2")),
    "tcp": refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
    "udp": refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
    "unix": refused(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)),
    "fork": refused(os.fork),
    "exec": refused(lambda: os.execv("/bin/true", ["true"])),
    "signal the parent": refused(lambda: os.kill(pid, 0)),
    "memory": refused(lambda: bytearray(2 << 30)),
    "fill the disk": refused(lambda: open("big", "wb", 0).write(bytes(2 << 20)) and
                             open("big", "ab", 0).write(b"x")),
}))
"""


def as_user(user: int) -> dict[str, Any]:
    if user == os.getuid():
        return {}
    if os.getuid() != 0:
        pytest.skip("only root can try as another user")
    return {"user": user, "group": user, "extra_groups": []}


def interpreter_for(user: int, folder: Path) -> str:
    """An interpreter with our libraries that this user can run; skip when there is none.

    Ours may lie in a home directory; then the system's, with our site-packages added.
    """
    for parent in (folder, *folder.parents[:2]):
        os.chmod(parent, 0o755)  # noqa: S103  (another user passes through)
    if user == os.getuid():
        return sys.executable
    mixed = folder / "python"
    if Path("/usr/bin/python3").exists():
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", mixed], check=True)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        packages = mixed / "lib" / version / "site-packages"
        if packages.is_dir():
            ours = sysconfig.get_path("purelib")
            (packages / "ours.pth").write_text(ours)
    for candidate in (sys.executable, str(mixed / "bin" / "python")):
        with contextlib.suppress(OSError):
            tried = subprocess.run(
                [candidate, "-c", "import footage.media, av"],
                cwd=ROOT,
                env={"PYTHONDONTWRITEBYTECODE": "1"},
                check=False,
                stderr=subprocess.DEVNULL,
                **as_user(user),
            )
            if tried.returncode == 0:
                return candidate
    pytest.skip("an ordinary user can reach no interpreter with the libraries")


@pytest.mark.parametrize("user", [os.getuid(), NOBODY])
def test_a_child_taken_over_by_a_file_cannot_get_out(tmp_path: Path, user: int) -> None:
    out = tmp_path / "out"
    out.mkdir()
    os.chmod(out, 0o777)  # noqa: S103  (another user writes here)
    secret = tmp_path / "secret"
    secret.write_text("witness")
    python = interpreter_for(user, tmp_path)
    ran = subprocess.run(
        [python, "-I", "-c", ESCAPES, str(out), str(secret), str(os.getpid()), str(ROOT)],
        capture_output=True,
        check=False,
        **as_user(user),
    )
    assert ran.returncode == 0, ran.stderr.decode()
    outcome = json.loads(ran.stdout)
    layers = outcome.pop("layers")
    if not (layers["landlock"] and layers["seccomp"]):
        pytest.skip(f"this kernel has not all layers: {layers}")
    assert outcome.pop("write inside") == "allowed"
    assert outcome.pop("read inside") == "allowed"
    assert {name for name, result in outcome.items() if result == "allowed"} == set()
    assert not (tmp_path / "secret.new").exists()


def test_layers_are_named_and_at_least_two_hold() -> None:
    on = media.layers()
    assert {"network", "landlock", "seccomp", "limits", "no_new_privileges"} <= set(on)
    assert sum(on[name] for name in ("network", "landlock", "seccomp")) >= 2


FEWER_LAYERS = """
import ctypes, struct, sys
from pathlib import Path
# A kernel without Landlock and namespaces: 444-446 do not exist, unshare is refused.
code = [(0x20, 0, 0, 0)]
for number, answer in ((444, 38), (445, 38), (446, 38), (272, 1)):
    code += [(0x15, 0, 1, number), (0x06, 0, 0, 0x50000 | answer)]
code += [(0x06, 0, 0, 0x7FFF0000)]
raw = b"".join(struct.pack("HBBI", *line) for line in code)
buffer = ctypes.create_string_buffer(raw, len(raw))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer)), 0, 0) == 0
from footage import media
try:
    media.probe(Path(sys.argv[1]))
except media.Unavailable as error:
    print("unavailable", media.available())
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the filter has x86_64 numbers")
def test_with_fewer_than_two_layers_no_file_is_opened(files: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FEWER_LAYERS, str(files / "syn_vfr.mp4")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == "unavailable False", ran.stderr


def test_an_ordinary_user_can_probe_and_render(files: Path, tmp_path: Path) -> None:
    python = interpreter_for(NOBODY, tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    os.chmod(out, 0o777)  # noqa: S103  (another user writes here)
    script = (
        "import sys; from pathlib import Path; from footage import media\n"
        "path, out = Path(sys.argv[1]), Path(sys.argv[2])\n"
        "made = [f(path, out) for f in (media.render_poster, media.render_playable)]\n"
        "print([file.width for file in made])"
    )
    ran = subprocess.run(
        [python, "-c", script, str(files / "syn_android_al-shaar.mp4"), str(out)],
        cwd=ROOT,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        **as_user(NOBODY),
    )
    assert ran.stdout.strip() == "[240, 240]", ran.stderr
    assert sorted(p.name for p in out.iterdir()) == ["playable.mp4", "poster.jpg"]


def supervised(command: list[str], seconds: float) -> tuple[int | None, bytes, str]:
    read, write = os.pipe()
    command = [part.replace("RESULT", str(write)) for part in command]
    try:
        return sandbox.supervise(command, (write,), read, seconds, close_after_start=write)
    finally:
        os.close(read)


def test_open_databases_and_sockets_do_not_reach_the_child(tmp_path: Path) -> None:
    database = os.open(tmp_path / "database", os.O_RDWR | os.O_CREAT)
    os.set_inheritable(database, True)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.set_inheritable(True)
    listing = "import os; os.write(RESULT, ','.join(os.listdir('/proc/self/fd')).encode())"
    try:
        code, result, errors = supervised([sys.executable, "-I", "-c", listing], 10)
    finally:
        os.close(database)
        listener.close()
    assert code == 0, errors
    seen = {int(number) for number in result.decode().split(",")}
    # Its three standard streams, the pipe, and the directory being listed.
    assert len(seen) == 5 and {0, 1, 2} < seen
    assert database not in seen or listener.fileno() not in seen


def test_the_child_has_no_environment() -> None:
    os.environ["ARCHIVE_KEYS_FOR_TEST"] = "a key"
    try:
        code, result, _ = supervised(
            [
                sys.executable,
                "-I",
                "-c",
                "import os; os.write(RESULT, repr(sorted(os.environ)).encode())",
            ],
            10,
        )
    finally:
        del os.environ["ARCHIVE_KEYS_FOR_TEST"]
    assert code == 0
    assert set(json.loads(result.decode().replace("'", '"'))) <= {"LC_CTYPE"}


def gone(pid: int, within: float = 5) -> bool:
    """Whether the process ends in time; a zombie has ended."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_when_time_is_up_the_whole_group_is_killed() -> None:
    started = time.monotonic()
    code, result, _ = supervised(
        [
            "/bin/sh",
            "-c",
            "sleep 600 & echo $! >/proc/self/fd/RESULT; echo $$ >/proc/self/fd/RESULT; sleep 600",
        ],
        0.5,
    )
    assert code is None and time.monotonic() - started < 5
    pids = [int(line) for line in result.split()]
    assert len(pids) == 2 and all(gone(pid) for pid in pids)


LEAVES_SOMETHING = """
import os, subprocess
left = subprocess.Popen(["/bin/sleep", "600"], stderr=subprocess.DEVNULL, close_fds=True)
os.write(RESULT, str(left.pid).encode())
os._exit(0)
"""


def test_a_child_that_left_something_running_leaves_nothing() -> None:
    code, result, _ = supervised([sys.executable, "-I", "-c", LEAVES_SOMETHING], 5)
    assert code == 0 and gone(int(result))


def test_an_answer_longer_than_the_pipe_allows_is_refused() -> None:
    flood = "import os\nwhile True: os.write(RESULT, bytes(65536))"
    with pytest.raises(media.Unplayable, match="64 KB"):
        supervised([sys.executable, "-I", "-c", flood], 10)


def test_a_file_that_takes_too_long_is_given_up(files: Path) -> None:
    with sandbox.opened(files / "syn_vfr.mp4") as descriptor:
        with pytest.raises(media.Unplayable, match="timed-out"):
            sandbox.run("probe", descriptor, {}, Limits(1 << 30, 5, 1 << 20, 0.02))


def test_time_runs_from_the_start_even_if_we_come_late_to_look(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine the child may have ended before we run again."""

    class Late(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.wait()

    monkeypatch.setattr(subprocess, "Popen", Late)
    with sandbox.opened(files / "syn_vfr.mp4") as descriptor:
        with pytest.raises(media.Unplayable, match="timed-out"):
            sandbox.run("probe", descriptor, {}, Limits(1 << 30, 5, 1 << 20, 0.02))


def test_a_picture_that_needs_too_much_memory_is_given_up(tmp_path: Path) -> None:
    """119 million grey points in 140 KB: within what is opened, beyond 200 MB."""
    bomb = tmp_path / "bomb.png"
    Image.new("L", (10900, 10900), 128).save(bomb)
    with sandbox.opened(bomb) as descriptor:
        answer = sandbox.run("probe", descriptor, {}, Limits(600 << 20, 10, 1 << 20, 10))
        assert answer["width"] == 10900
        with pytest.raises(media.Unplayable, match="too-much-memory"):
            sandbox.run("probe", descriptor, {}, Limits(200 << 20, 10, 1 << 20, 10))


PARENT = """
import os, subprocess, sys
sys.path.insert(0, sys.argv[1])
child = '''
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from footage.media.confinement import Limits, become, confine
fd = os.open("/bin/sleep", os.O_PATH | os.O_CLOEXEC)
print(os.getpid(), flush=True)
confine(Limits(1 << 30, 60, 1 << 20, 60), int(sys.argv[2]), None, "/bin/sleep")
become(fd, ["sleep", "600"])
'''
started = subprocess.Popen([sys.executable, "-I", "-c", child, sys.argv[1], str(os.getpid())],
                           start_new_session=True)
started.wait()
"""


def test_the_child_dies_with_its_parent_even_as_another_program() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(ROOT)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        until = time.monotonic() + 10
        while "sleep" not in Path(f"/proc/{child}/comm").read_text():
            assert time.monotonic() < until
            time.sleep(0.02)
        parent.kill()
        assert gone(child)


SPINS = """
import os, sys
sys.path.insert(0, sys.argv[1])
from footage.media.confinement import Limits, confine
confine(Limits(1 << 30, 1, 1 << 20, 60), int(sys.argv[2]), None, None)
while True:
    pass
"""


def test_a_child_that_computes_without_end_is_stopped_before_the_clock_runs_out() -> None:
    code, result, errors = supervised(
        [sys.executable, "-I", "-c", SPINS, str(ROOT), str(os.getpid())], 60
    )
    assert code == -signal.SIGXCPU
    with pytest.raises(media.Unplayable, match="timed-out"):
        sandbox.judge(code, result, errors)


WITHOUT_FILTERS = """
import ctypes, json, os, resource, struct, sys
sys.path.insert(0, sys.argv[1])
from footage.media.confinement import Limits, confine
# A kernel that takes no further filters (seccomp(2) is 317) but has the other layers.
lines = [(0x20, 0, 0, 0), (0x15, 0, 1, 317), (0x06, 0, 0, 0x50026), (0x06, 0, 0, 0x7FFF0000)]
raw = b"".join(struct.pack("HBBI", *line) for line in lines)
buffer = ctypes.create_string_buffer(raw, len(raw))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
program = struct.pack("HxxxxxxP", len(lines), ctypes.addressof(buffer))
assert libc.prctl(22, 2, program, 0, 0) == 0
on = confine(Limits(1 << 30, 20, 1 << 20, 20), int(sys.argv[2]), None, None)
started = 0
try:
    while started < 2000:
        if os.fork() == 0:
            os.read(int(sys.argv[3]), 1)
            os._exit(0)
        started += 1
except OSError:
    pass
print(json.dumps([on["seccomp"], resource.getrlimit(resource.RLIMIT_NPROC)[1], started]))
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the filter has x86_64 numbers")
def test_without_system_call_filters_a_fork_bomb_is_counted_out() -> None:
    held_open, waited_for = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-I", "-c", WITHOUT_FILTERS, str(ROOT), str(os.getpid()),
         str(held_open)],
        stdout=subprocess.PIPE, pass_fds=(held_open,), text=True,
    ) as bomb:  # fmt: skip
        assert bomb.stdout is not None
        told = json.loads(bomb.stdout.readline())
        os.close(waited_for)  # ends every child of the bomb
        os.close(held_open)
    filters, limit, started = told
    assert not filters and limit == 256
    assert started <= 256
