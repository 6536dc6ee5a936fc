"""Child side, Linux: shut a worker in before the first line of a solution runs.

Prepared once in the warm process; entered after the fork, from which there is no way back.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mimetypes
import os
import resource
import site
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import grader
from grader.isolation import Isolation, Layer, survey

# Room for some two hundred threads: a stack is 8 MiB of addresses.
MEMORY = 2 << 30
FILE_SIZE = 32 << 20
DESCRIPTORS = 256

# What libraries look for and would fail over if they could not read it.
_SYSTEM_FILES = (
    *("/etc/localtime", "/etc/ld.so.cache", "/etc/os-release", "/etc/ssl", "/usr/lib/ssl"),
    *("/usr/share/zoneinfo", "/usr/share/ca-certificates", "/usr/share/mime"),
    *("/dev/urandom", "/dev/random", "/dev/zero", "/proc/meminfo", "/proc/cpuinfo"),
)
_LIBRARY_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")

# linux/sched.h, linux/prctl.h, linux/capability.h
_CLONE_THREAD = 0x00010000
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_CAPABILITY_VERSION_3 = 0x20080522
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE_MASK = 1, 1, 0xF

# New programs and processes, other processes, other machines, and doors to the kernel that no
# solution needs. https://man7.org/linux/man-pages/man2/syscalls.2.html
_FORBIDDEN = (
    *("fork", "vfork", "execve", "execveat"),
    *("socket", "connect", "bind", "listen", "accept", "accept4"),
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease"),
    *("pidfd_open", "pidfd_getfd", "pidfd_send_signal", "tkill", "kcmp"),
    *("setpriority", "ioprio_set", "sched_setscheduler", "sched_setparam", "sched_setattr"),
    *("sched_setaffinity", "migrate_pages", "move_pages"),
    *("shmget", "shmat", "shmctl", "msgget", "msgsnd", "semget", "semop", "semtimedop", "mq_open"),
    *("memfd_create", "memfd_secret", "userfaultfd", "io_uring_setup", "io_uring_enter"),
    *("io_uring_register", "io_setup", "perf_event_open", "bpf", "keyctl", "add_key"),
    *("request_key", "fanotify_init", "inotify_init", "inotify_init1", "lookup_dcookie"),
    *("mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsmount"),
    *("mount_setattr", "unshare", "setns", "name_to_handle_at", "open_by_handle_at"),
    *("swapon", "swapoff", "reboot", "kexec_load", "kexec_file_load", "init_module"),
    *("finit_module", "delete_module", "syslog", "acct", "quotactl", "personality"),
    *("sethostname", "setdomainname", "settimeofday", "clock_settime", "clock_adjtime"),
    *("adjtimex", "iopl", "ioperm", "vhangup", "nfsservctl", "uselib", "ustat", "sysfs"),
)
# Rights, owners, times and attributes of files: these calls do nothing and say that they did.
_WITHOUT_EFFECT = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr"),
    *("removexattr", "lremovexattr", "fremovexattr"),
)


class Confinement:
    """The walls of the workers of one warm process."""

    def __init__(self, isolation: Isolation) -> None:
        """Prepare what the layers need that are to be had here."""
        self.layers: tuple[Layer, ...] = survey()
        on = {layer.name for layer in self.layers if layer.is_on}
        self._is_on = isolation is not Isolation.NONE and "limits" in on
        self._landlock = self._is_on and "file system" in on
        self._filter = _filter() if self._is_on and "system calls" in on else None
        self._readable = sorted(map(str, _readable())) if self._landlock else []

    def enter(self, scratch: str, readable: Sequence[str], cpu_seconds: int) -> None:
        """Shut this process in: it reads ``readable`` and what Python needs, writes ``scratch``.

        Raises OSError, or an error of the libraries, where a wall that was promised cannot be put
        up: the worker must not go on then.
        """
        if not self._is_on:
            return
        _limit(cpu_seconds)
        if self._landlock:
            _shut_files(scratch, [*self._readable, *readable, f"/proc/{os.getpid()}"])
        _drop_capabilities()
        if self._filter is not None:
            _forbid_others(self._filter)
            self._filter.load()


def _limit(cpu_seconds: int) -> None:
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        # The process brings its libraries along; what it may take is what comes on top.
        resource.RLIMIT_AS: _address_space() + MEMORY,
        resource.RLIMIT_FSIZE: FILE_SIZE,
        resource.RLIMIT_NOFILE: DESCRIPTORS,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for limit, wanted in limits.items():
        _, hard = resource.getrlimit(limit)
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(limit, (value, value))


def _address_space() -> int:
    """Return how much address space this process has now, in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _readable() -> Iterator[Path]:
    """Yield what every worker may read: Python, its packages, the grader, a few system files."""
    paths = sysconfig.get_paths()
    yield from (Path(paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    yield from map(Path, site.getsitepackages())
    # Not the folder around it: in a workspace that holds the tests and the answers.
    yield Path(grader.__file__).parent
    for name in (*_LIBRARY_FOLDERS, *_SYSTEM_FILES, *mimetypes.knownfiles):
        yield Path(name)


def _shut_files(scratch: str, readable: Sequence[str]) -> None:
    import sandlock

    policy = sandlock.Sandbox(
        fs_readable=[path for path in readable if os.path.exists(path)],  # noqa: PTH110  # text
        fs_writable=[scratch, os.devnull],
    )
    sandlock.confine(policy)


def _drop_capabilities() -> None:
    """Take from root what makes it more than an owner of files; harmless for anybody else."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if libc.capset(header, nothing) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _filter() -> Any:
    """Return the filter of system calls, without the rules that need the worker's own number."""
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    denied = seccomp.ERRNO(errno.EPERM)

    def forbid(name: str, *arguments: Any, action: int = denied) -> None:
        # Not every architecture has every call.
        with contextlib.suppress(OSError):
            rules.add_rule(action, name, *arguments)

    for name in _FORBIDDEN:
        forbid(name)
    # Landlock lets them reach files outside; inside they would change nothing that counts.
    for name in _WITHOUT_EFFECT:
        forbid(name, action=seccomp.ERRNO(0))
    # A thread is a clone that shares its process; the C library falls back to it from clone3.
    forbid("clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))
    forbid("clone3", action=seccomp.ERRNO(errno.ENOSYS))
    # An event loop wakes itself by a pair of streams; a datagram could be sent to any address.
    forbid("socketpair", seccomp.Arg(0, seccomp.NE, _AF_UNIX))
    for kind in range(_SOCK_TYPE_MASK + 1):
        if kind != _SOCK_STREAM:
            forbid("socketpair", seccomp.Arg(1, seccomp.MASKED_EQ, _SOCK_TYPE_MASK, kind))
    # The kernel looks at the lower half only, and so must the filter.
    for option in (_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE):
        forbid("prctl", seccomp.Arg(0, seccomp.MASKED_EQ, 0xFFFFFFFF, option))
    # Its own limits are pid 0.
    forbid("prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    return rules


def _forbid_others(rules: Any) -> None:
    """Let the worker send signals to itself only."""
    import pyseccomp as seccomp

    for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
        rules.add_rule(seccomp.ERRNO(errno.EPERM), name, seccomp.Arg(0, seccomp.NE, os.getpid()))
