"""Servers that tests start for themselves and end with themselves.

Each is a context manager over real child processes on this machine: nothing is mocked, nothing is
left behind, and a child is ended by the kernel when the test process dies without saying goodbye.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parent.parent
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class ServerDidNotStart(Exception):
    """A server ended or stayed silent before it was ready; the message carries its own output."""


def die_with_the_tests() -> None:
    """Run in a child before exec: the kernel ends it when the test process is gone."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def postgresql_binaries() -> Path | None:
    """Return the directory of `initdb` and `postgres`, the newest found, or None."""
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
        reverse=True,
    )
    on_path = shutil.which("initdb")
    found = [*packaged, *([Path(on_path)] if on_path else [])]
    return found[0].parent if found else None


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ended(process: subprocess.Popen[bytes], seconds: float = 15) -> None:
    """End a child: asked first, forced after `seconds`."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def is_gone(pid: int) -> bool:
    """Whether a process of this machine runs no longer; one nobody waited for is gone too."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Start an empty PostgreSQL cluster of its own; yield its DATABASE_URL.

    It listens on a Unix socket in a fresh directory only and never syncs to disk. As root, which
    PostgreSQL refuses, it runs as `postgres` or else `nobody`. About one second.
    Raises ServerDidNotStart; postgresql_binaries() tells beforehand whether it can.
    """
    binaries = postgresql_binaries()
    if binaries is None:
        raise ServerDidNotStart("PostgreSQL is not installed")
    # A short path: a Unix socket's name has 107 bytes at most.
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    log = home / "log"
    options: dict[str, object] = {
        "cwd": home,
        "env": {"PATH": f"{binaries}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        # Its own process group: Ctrl-C reaches the tests first, which then end it in order.
        "process_group": 0,
        "preexec_fn": die_with_the_tests,
    }
    if os.geteuid() == 0:
        account = unprivileged_account()
        os.chown(home, account.pw_uid, account.pw_gid)
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    server = None
    try:
        with log.open("wb") as output:
            options |= {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
            making = [binaries / "initdb", "--pgdata", home / "data", "--username", "postgres"]
            making += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
            made = subprocess.run(making, check=False, **options)  # type: ignore[call-overload]
            if made.returncode:
                raise ServerDidNotStart(log.read_text(errors="replace"))
            serving = [binaries / "postgres", "-D", home / "data", "-k", home]
            for setting in (
                "listen_addresses=",
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
                "shared_buffers=64MB",
                "dynamic_shared_memory_type=mmap",
                # Faults are looked for in what tests assert, not in this log.
                "log_min_messages=fatal",
            ):
                serving += ["-c", setting]
            server = subprocess.Popen(serving, **options)  # type: ignore[call-overload]
        # The last line of this file is written when the server takes connections.
        state = home / "data" / "postmaster.pid"
        deadline = time.monotonic() + 30
        while not (state.exists() and state.read_text().rstrip().endswith("ready")):
            if server.poll() is not None or time.monotonic() > deadline:
                raise ServerDidNotStart(log.read_text(errors="replace"))
            time.sleep(0.02)
        yield f"postgres://postgres@{quote(str(home), safe='')}/archive"
    finally:
        if server is not None:
            # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for open connections.
            server.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(15)
            ended(server)
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def nginx(site_file: Path, home: Path, *replaced: tuple[str, str]) -> Iterator[str]:
    """Start nginx before another server; yield its address.

    `site_file` is a production configuration, of which `replaced` texts and everything about TLS
    give way to what is true here. Raises ServerDidNotStart.
    """
    port = free_port()
    lines = site_file.read_text().splitlines()
    site = "\n".join(line for line in lines if not line.lstrip().startswith("ssl_"))
    for old, new in (("listen 443 ssl", f"listen 127.0.0.1:{port}"), *replaced):
        if old not in site:
            raise ServerDidNotStart(f"{site_file.name} says nothing of {old}")
        site = site.replace(old, new)
    folders = "".join(
        f"{kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy", "fastcgi")
    )
    folders += f"uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;"
    (home / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {home}/pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ {folders}\n{site}\n}}\n"
    )
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            ["/usr/sbin/nginx", "-c", home / "nginx.conf", "-p", home, "-e", "stderr"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
            preexec_fn=die_with_the_tests,
        )
        try:
            deadline = time.monotonic() + 30
            while not answers(f"{address}/healthz"):
                if child.poll() is not None or time.monotonic() > deadline:
                    output.seek(0)
                    raise ServerDidNotStart(output.read().decode(errors="replace"))
                time.sleep(0.05)
            yield address
        finally:
            ended(child)


def unprivileged_account() -> pwd.struct_passwd:
    """Return the account a server runs as when the tests run as root."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerDidNotStart("neither the account 'postgres' nor 'nobody' exists")


@contextlib.contextmanager
def site_process(
    arguments: list[str], environment: dict[str, str], *, port: int, seconds: float = 60
) -> Iterator[str]:
    """Run `python ARGUMENTS` from the checkout until /healthz answers on `port`; yield its address.

    The child sees `environment` and PATH, nothing else of this process. Its whole process group
    is ended afterwards. Raises ServerDidNotStart with what the child printed.
    """
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as output:

        def printed() -> str:
            output.seek(0)
            return output.read().decode(errors="replace")

        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=CHECKOUT,
            env={"PATH": os.environ.get("PATH", ""), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
            preexec_fn=die_with_the_tests,
        )
        try:
            deadline = time.monotonic() + seconds
            while not answers(f"{address}/healthz"):
                if child.poll() is not None or time.monotonic() > deadline:
                    raise ServerDidNotStart(printed())
                time.sleep(0.1)
            yield address
        finally:
            ended(child)
            # Whatever the child started and did not end itself.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def answers(address: str) -> bool:
    """Say whether an HTTP server answers there at all, with whatever status."""
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except urllib.error.HTTPError as refused:
        refused.close()
        return True
    except OSError:
        return False
