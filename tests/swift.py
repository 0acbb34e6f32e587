"""A real S3 server for tests: OpenStack Swift with its S3 interface, on loopback.

It lives in a virtual environment of its own (`make .venv-swift/ready`; its packages contend with
ours). Unlike imitations it refuses wrong signatures and keeps `If-None-Match`.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests import servers

STORAGE = {"object": "d", "container": "d", "account": "d"}
PIPELINE = (
    "catch_errors proxy-logging cache listing_formats bulk s3api tempauth copy slo dlo "
    "versioned_writes symlink proxy-logging proxy-server"
)
FILTERS = """
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
check_bucket_owner = false
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
storage_url_scheme = http
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
minimum_segment_size = 1
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
[filter:symlink]
use = egg:swift#symlink
"""
HASHES = """
[swift-hash]
swift_hash_path_prefix = a
swift_hash_path_suffix = b
[storage-policy:0]
name = one
default = yes
"""


@dataclass(frozen=True)
class S3:
    """A running server: its address and who may use it."""

    endpoint: str
    access_key: str = "test:tester"
    secret_key: str = "testing"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name="us-east-1",
            config=Config(
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                retries={"max_attempts": 1},
            ),
        )


def programs() -> Path | None:
    """The directory of Swift's programs ($SWIFT_BIN, .venv-swift), or None."""
    named = os.environ.get("SWIFT_BIN")
    found = Path(named) if named else servers.CHECKOUT / ".venv-swift" / "bin"
    return found if (found / "swift-proxy-server").exists() else None


@contextlib.contextmanager
def swift() -> Iterator[S3]:
    """Start an empty object store; yield how to reach it. About five seconds, four processes.

    Raises ServerDidNotStart; programs() tells beforehand whether it can.
    """
    binaries = programs()
    if binaries is None:
        raise servers.ServerDidNotStart("Swift is not installed: make .venv-swift/ready")
    home = Path(tempfile.mkdtemp(prefix="swift-", dir="/var/tmp"))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        ports = {kind: servers.free_port() for kind in (*STORAGE, "proxy")}
        configure(home, binaries, ports, pwd.getpwuid(os.geteuid()).pw_name)
        log = home / "log"
        for kind in (*STORAGE, "proxy"):
            with log.open("ab") as output:
                processes.append(
                    subprocess.Popen(
                        [binaries / f"swift-{kind}-server", home / f"{kind}.conf"],
                        cwd=home,
                        env={"PATH": f"{binaries}:/usr/bin:/bin", "HOME": str(home)},
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                        preexec_fn=servers.die_with_the_tests,
                    )
                )
        store = S3(f"http://127.0.0.1:{ports['proxy']}")
        wait_until_ready(store, processes, log)
        yield store
    finally:
        for process in processes:
            servers.ended(process)
        shutil.rmtree(home, ignore_errors=True)


def configure(home: Path, binaries: Path, ports: dict[str, int], user: str) -> None:
    (home / "swift.conf").write_text(HASHES)
    for kind in STORAGE:
        (home / "srv" / "d").mkdir(parents=True, exist_ok=True)
        ring = [str(binaries / "swift-ring-builder"), f"{kind}.builder"]
        for step in (
            ["create", "4", "1", "0"],
            ["add", f"r1z1-127.0.0.1:{ports[kind]}/d", "1"],
            ["rebalance"],
        ):
            subprocess.run(
                [*ring, *step], cwd=home, check=False, capture_output=True, env={"PATH": "/usr/bin"}
            )
    default = f"""
[DEFAULT]
bind_ip = 127.0.0.1
workers = 0
swift_dir = {home}
devices = {home}/srv
mount_check = false
user = {user}
log_level = WARNING
disable_fallocate = true
"""
    for kind in STORAGE:
        (home / f"{kind}.conf").write_text(
            f"{default}bind_port = {ports[kind]}\n[pipeline:main]\npipeline = {kind}-server\n"
            f"[app:{kind}-server]\nuse = egg:swift#{kind}\n"
        )
    (home / "proxy.conf").write_text(
        f"{default}bind_port = {ports['proxy']}\n[pipeline:main]\npipeline = {PIPELINE}\n"
        "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n" + FILTERS
    )


def wait_until_ready(store: S3, processes: list["subprocess.Popen[bytes]"], log: Path) -> None:
    client, deadline = store.client(), time.monotonic() + 90
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            break
        try:
            client.create_bucket(Bucket="ready")
        except Exception:
            time.sleep(0.3)
        else:
            return
    raise servers.ServerDidNotStart(log.read_text(errors="replace")[-4000:])
