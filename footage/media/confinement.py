"""The layers a process puts on itself before it opens a media file. Linux; ctypes only.

Layers are independent: where the kernel lacks one the others still stand, and `confine`
reports which are on. The kernel-enforced walls are 'network' (own empty network namespace),
'landlock' (file system allow-list) and 'seccomp' (system calls refused); `limits`,
'no_new_privileges' and 'other_user' come on top. See namespaces(7), landlock(7), seccomp(2).
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass

KERNEL_LAYERS = ("network", "landlock", "seccomp")
NOBODY = 65534
# Threads and processes where they can only be counted; two encoders use some forty.
PROCESSES = 256

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC, CLONE_THREAD = (
    0x10000000,
    0x40000000,
    0x08000000,
    0x10000,
)
LANDLOCK_CREATE, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT = 444, 445, 446
FS_EXECUTE, FS_WRITE_FILE, FS_READ_FILE, FS_READ_DIR = 1, 2, 4, 8
FS_TRUNCATE = 1 << 14
X86_64_CAPSET, X86_64_SECCOMP = 126, 317


@dataclass(frozen=True)
class Limits:
    """memory: bytes of address space; cpu_seconds: over all threads; file_size: bytes of any
    one file written; seconds: wall clock, kept by the parent."""

    memory: int
    cpu_seconds: int
    file_size: int
    seconds: float


# System calls refused with EPERM (x86_64 numbers). A list of refusals, not of permissions: the
# codecs use what each C library release likes, and Landlock and the namespace stand beside it.
REFUSED = {
    "socket": 41, "connect": 42, "accept": 43, "sendto": 44, "sendmsg": 46, "bind": 49,
    "listen": 50, "socketpair": 53, "accept4": 288, "sendmmsg": 307,
    "fork": 57, "vfork": 58, "execve": 59, "execveat": 322,
    "kill": 62, "tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297,
    "pidfd_send_signal": 424, "pidfd_open": 434, "pidfd_getfd": 438,
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312,
    "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "mount_setattr": 442, "unshare": 272, "setns": 308, "personality": 135,
    "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "keyctl": 250, "add_key": 248,
    "request_key": 249, "kexec_load": 246, "kexec_file_load": 320, "init_module": 175,
    "finit_module": 313, "delete_module": 176, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "open_by_handle_at": 304, "name_to_handle_at": 303,
    # What Landlock does not guard: attributes of files the same user owns.
    "chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452, "chown": 92, "fchown": 93,
    "lchown": 94, "fchownat": 260, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190,
    "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199, "utime": 132, "utimes": 235,
    "utimensat": 280, "futimesat": 261, "link": 86, "linkat": 265, "symlink": 88,
    "symlinkat": 266, "mknod": 133, "mknodat": 259, "fanotify_init": 300, "memfd_create": 319,
    "shmget": 29, "shmat": 30, "msgget": 68, "semget": 64, "mq_open": 240,
    "reboot": 169, "sethostname": 170, "iopl": 172, "ioperm": 173, "settimeofday": 164,
    "clock_settime": 227, "adjtimex": 159, "swapon": 167, "acct": 163, "quotactl": 179,
}  # fmt: skip


def confine(
    limits: Limits, parent: int, out_dir: str | None, program: str | None
) -> dict[str, bool]:
    """Put every layer this kernel has on the calling process, for good, and say which are on.

    out_dir: the only directory that may be written (and read). program: the only file that may
    be executed; it replaces this process (see `become`), for new processes are refused.
    Import what is needed first: afterwards no file can be opened. `parent` is the process whose
    death ends this one. Raises RuntimeError when threads are running already: Landlock would
    not bind them.
    """
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("a process with threads cannot be confined")
    on = {"limits": _limit(limits)}
    rules = _open_rules(out_dir, program)
    root = os.geteuid() == 0
    on["network"] = root and _libc.unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0
    on["other_user"] = root and _become_nobody()
    on["network"] = on["network"] or _own_user_namespace()
    # Changes of user clear the parent-death signal, so it comes after them.
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    on["no_new_privileges"] = _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    _drop_capabilities()
    _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    on["landlock"] = _landlock(rules)
    on["seccomp"] = _seccomp(may_become=program is not None)
    if not on["seccomp"]:
        # Nothing refuses new processes then; counted for all children of this user together.
        resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))
    return on


def become(program_fd: int, arguments: Sequence[str]) -> None:
    """Replace this confined process by the open program, with an empty environment."""
    os.execve(program_fd, list(arguments), {})  # noqa: S606  (no shell is the point)


def _limit(limits: Limits) -> bool:
    r = resource
    for which, value in (
        (r.RLIMIT_CORE, 0),
        (r.RLIMIT_FSIZE, limits.file_size),
        (r.RLIMIT_NOFILE, 64),
        (r.RLIMIT_AS, limits.memory),
    ):
        r.setrlimit(which, (value, value))
    # The soft limit sends SIGXCPU, which tells a time-out from a crash.
    r.setrlimit(r.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 2))
    _libc.mallopt(-8, 2)  # M_ARENA_MAX: each arena reserves 64 MB of the address space
    return True


def _open_rules(out_dir: str | None, program: str | None) -> list[tuple[int, int]]:
    """Landlock rules as (descriptor, access), opened while paths are still reachable."""
    everything_but_execute = ((1 << 16) - 1) & ~FS_EXECUTE
    wanted: list[tuple[str, int]] = []
    if out_dir is not None:
        wanted.append((out_dir, everything_but_execute))
    if program is not None:
        wanted.append((program, FS_EXECUTE | FS_READ_FILE))
        # The dynamic linker and the C library of the program.
        wanted += [
            (d, FS_READ_FILE | FS_READ_DIR) for d in ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
        ]
        wanted += [(f, FS_READ_FILE) for f in ("/etc/ld.so.cache",)]
        linkers = (
            "/lib64/ld-linux-x86-64.so.2",
            "/lib/ld-linux-aarch64.so.1",
            "/lib/ld-musl-x86_64.so.1",
        )
        wanted += [(f, FS_EXECUTE | FS_READ_FILE) for f in linkers]
    return [
        (os.open(path, os.O_PATH | os.O_CLOEXEC), access)
        for path, access in wanted
        if os.path.exists(path)
    ]


def _become_nobody() -> bool:
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:
        return False
    return True


def _own_user_namespace() -> bool:
    """A user namespace with the same user in it, which lets an ordinary user leave the network."""
    uid, gid = os.getuid(), os.getgid()
    _libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # or /proc/self is root's after a change of user
    if _libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) != 0:
        return False
    try:
        # Without a mapping, files cannot be created (EOVERFLOW).
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    except OSError:
        pass
    return True


def _drop_capabilities() -> None:
    if platform.machine() == "x86_64":
        header = struct.pack("=Ii", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
        _libc.syscall(X86_64_CAPSET, header, bytes(24))


def _landlock(rules: Sequence[tuple[int, int]]) -> bool:
    abi = _libc.syscall(LANDLOCK_CREATE, None, 0, 1)
    if abi < 1:
        return False
    handled = (1 << 13) - 1
    handled |= (
        (1 << 13 if abi >= 2 else 0)
        | (FS_TRUNCATE if abi >= 3 else 0)
        | (1 << 15 if abi >= 5 else 0)
    )
    tcp = 3 if abi >= 4 else 0
    scoped = 3 if abi >= 6 else 0  # signals and abstract sockets
    attributes = struct.pack("QQQ", handled, tcp, scoped)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = _libc.syscall(LANDLOCK_CREATE, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    for descriptor, access in rules:
        rule = struct.pack("=Qi", access & handled, descriptor)
        if _libc.syscall(LANDLOCK_ADD_RULE, ruleset, 1, rule, 0) != 0:
            return False
        os.close(descriptor)
    held = _libc.syscall(LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return held


def _seccomp(may_become: bool) -> bool:
    if platform.machine() != "x86_64" or sys.maxsize < 1 << 32:
        return False
    load, equal, at_least, bit_set, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse, missing, kill = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
    clone, clone3 = 56, 435
    program = [
        (load, 0, 0, 4), (equal, 1, 0, 0xC000003E), (give, 0, 0, kill),  # another architecture
        (load, 0, 0, 0), (at_least, 0, 1, 0x40000000), (give, 0, 0, refuse),  # the x32 numbers
    ]  # fmt: skip
    for name, number in REFUSED.items():
        if not (may_become and name == "execveat"):
            program += [(equal, 0, 1, number), (give, 0, 0, refuse)]
    # ENOSYS makes the C library fall back from clone3 to clone, whose flags can be read.
    program += [(equal, 0, 1, clone3), (give, 0, 0, missing)]
    program += [
        (equal, 0, 3, clone),
        (load, 0, 0, 16),
        (bit_set, 1, 0, CLONE_THREAD),
        (give, 0, 0, refuse),
    ]
    program += [(give, 0, 0, allow)]
    code = b"".join(struct.pack("HBBI", c, yes, no, k) for c, yes, no, k in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    set_filter, all_threads = 1, 1
    return _libc.syscall(X86_64_SECCOMP, set_filter, all_threads, header) == 0
