"""A seccomp filter, in the kernel's own terms: what a student's process may not ask of the kernel.

The list is a deny-list. The walls are bubblewrap's namespaces or Landlock's rules; this filter takes away
the doors that those leave: new processes, signals to others, sockets, tracing, keys, kernel interfaces,
memory or files that no limit counts, a place in the queue for the processor that would upset fair time,
and what Landlock does not rule: modes, owners, times and attributes of files that somebody else's path names.

References
----------
Linux ``Documentation/userspace-api/seccomp_filter.rst``; syscall numbers from ``unistd_64.h`` (x86-64) and
``asm-generic/unistd.h`` (64-bit Arm).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass

from medialit.errors import SandboxUnavailableError

_LD_WORD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JEQ = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JGE = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_JSET = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RET = 0x06  # BPF_RET | BPF_K

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000
_PRETEND = _ERRNO  # "error 0": the call does nothing and says that it went well

# struct seccomp_data: int nr; u32 arch; u64 instruction_pointer; u64 args[6]
_NR, _ARCH, _ARGS = 0, 4, 16

_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

# New on both architectures, with one number for all.
_SHARED_DENIED = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442, "memfd_secret": 447,
    "process_mrelease": 448, "setxattrat": 463, "removexattrat": 466, "file_setattr": 469,
}  # fmt: skip
_FCHMODAT2 = 452
# Commands of fcntl and ioctl that choose who is sent a signal, and which: SIGKILL to anybody, by way of a pipe.
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15
_FIOSETOWN, _SIOCSPGRP, _TIOCSTI = 0x8901, 0x8902, 0x5412
_CLONE3 = 435


@dataclass(frozen=True)
class _Architecture:
    audit: int
    clone: int
    prctl: int
    prlimit64: int
    kill: tuple[int, ...]  # first argument is a process
    fcntl: int
    ioctl: int
    pretended: dict[str, int]
    denied: dict[str, int]
    has_x32: bool = False


_X86_64 = _Architecture(
    audit=0xC000003E,
    clone=56,
    prctl=157,
    prlimit64=302,
    kill=(62, 234),  # kill, tgkill
    fcntl=72,
    ioctl=16,
    pretended={
        "chmod": 90, "fchmod": 91, "fchmodat": 268, "utime": 132, "utimes": 235, "futimesat": 261,
        "utimensat": 280,
    },
    denied={
        "socket": 41, "connect": 42, "accept": 43, "sendmsg": 46, "bind": 49, "listen": 50, "accept4": 288,
        "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "tkill": 200,
        "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297,
        "shmget": 29, "shmat": 30, "shmctl": 31, "semget": 64, "msgget": 68, "mq_open": 240,
        "memfd_create": 319, "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312,
        "setuid": 105, "setgid": 106, "setreuid": 113, "setregid": 114, "setgroups": 116, "setresuid": 117,
        "setresgid": 119, "setrlimit": 160, "personality": 135, "pivot_root": 155, "chroot": 161,
        "mount": 165, "umount2": 166, "swapon": 167, "swapoff": 168, "reboot": 169, "sethostname": 170,
        "setdomainname": 171, "init_module": 175, "delete_module": 176, "quotactl": 179, "io_setup": 206,
        "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272,
        "perf_event_open": 298, "name_to_handle_at": 303, "open_by_handle_at": 304, "setns": 308,
        "finit_module": 313, "seccomp": 317, "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323,
        "truncate": 76, "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260, "setxattr": 188,
        "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199,
        "setpriority": 141, "sched_setparam": 142, "sched_setscheduler": 144, "sched_setaffinity": 203,
        "sched_setattr": 314, "ioprio_set": 251, "inotify_init": 253, "inotify_init1": 294, "fanotify_init": 300,
        "iopl": 172, "ioperm": 173, "modify_ldt": 154, "acct": 163, "syslog": 103, "vhangup": 153,
        "settimeofday": 164, "clock_settime": 227, "adjtimex": 159, "clock_adjtime": 305,
        "migrate_pages": 256, "move_pages": 279, "capset": 126,
    },
    has_x32=True,
)  # fmt: skip

_AARCH64 = _Architecture(
    audit=0xC00000B7,
    clone=220,
    prctl=167,
    prlimit64=261,
    kill=(129, 131),
    fcntl=25,
    ioctl=29,
    pretended={"fchmod": 52, "fchmodat": 53, "utimensat": 88},
    denied={
        "socket": 198, "connect": 203, "accept": 202, "sendmsg": 211, "bind": 200, "listen": 201,
        "accept4": 242, "execve": 221, "execveat": 281, "tkill": 130,
        "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240,
        "shmget": 194, "shmctl": 195, "shmat": 196, "semget": 190, "msgget": 186, "mq_open": 180,
        "memfd_create": 279, "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272,
        "setuid": 146, "setgid": 144, "setreuid": 145, "setregid": 143, "setgroups": 159, "setresuid": 147,
        "setresgid": 149, "setrlimit": 164, "personality": 92, "pivot_root": 41, "chroot": 51,
        "mount": 40, "umount2": 39, "swapon": 224, "swapoff": 225, "reboot": 142, "sethostname": 161,
        "setdomainname": 162, "init_module": 105, "delete_module": 106, "quotactl": 60, "io_setup": 0,
        "kexec_load": 104, "add_key": 217, "request_key": 218, "keyctl": 219, "unshare": 97,
        "perf_event_open": 241, "name_to_handle_at": 264, "open_by_handle_at": 265, "setns": 268,
        "finit_module": 273, "seccomp": 277, "kexec_file_load": 294, "bpf": 280, "userfaultfd": 282,
        "truncate": 45, "fchownat": 54, "fchown": 55, "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7,
        "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16,
        "setpriority": 140, "sched_setparam": 118, "sched_setscheduler": 119, "sched_setaffinity": 122,
        "sched_setattr": 274, "ioprio_set": 30, "inotify_init1": 26, "fanotify_init": 262,
        "acct": 89, "syslog": 116, "vhangup": 58, "settimeofday": 170, "clock_settime": 112, "adjtimex": 171,
        "clock_adjtime": 266, "migrate_pages": 238, "move_pages": 239, "capset": 91,
    },
)  # fmt: skip

_ARCHITECTURES = {"x86_64": _X86_64, "aarch64": _AARCH64}


def is_supported() -> bool:
    """Return whether this kernel filters system calls, and we know this machine's numbers for them."""
    if platform.machine() not in _ARCHITECTURES:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    # Asking for a filter at the null address fails with EFAULT where filters exist, else with EINVAL.
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, 0, 0, 0)
    return ctypes.get_errno() == errno.EFAULT


def program(architecture: str, *, pid: int) -> bytes:
    """Return the filter as an array of ``struct sock_filter``.

    Parameters
    ----------
    architecture : str
        As `platform.machine` says it.
    pid : int
        The only process that may be sent signals: the filtered one.

    Raises
    ------
    SandboxUnavailableError
        If we do not know the architecture's system calls.
    """
    try:
        arch = _ARCHITECTURES[architecture]
    except KeyError:
        raise SandboxUnavailableError(
            f"System calls of {architecture!r} are not known here; install bubblewrap to contain students' code."
        ) from None
    refuse = _ERRNO | errno.EPERM
    code = [
        (_LD_WORD, 0, 0, _ARCH),
        (_JEQ, 1, 0, arch.audit),
        (_RET, 0, 0, _KILL_PROCESS),
        (_LD_WORD, 0, 0, _NR),
    ]
    if arch.has_x32:
        code += [(_JGE, 0, 1, _X32_BIT), (_RET, 0, 0, refuse)]
    for number in sorted({*arch.denied.values(), *_SHARED_DENIED.values()}):
        code += [(_JEQ, 0, 1, number), (_RET, 0, 0, refuse)]
    for number in sorted({*arch.pretended.values(), _FCHMODAT2}):
        code += [(_JEQ, 0, 1, number), (_RET, 0, 0, _PRETEND)]
    # clone3 hides its flags behind a pointer; without it, libc falls back to clone, which shows them.
    code += [(_JEQ, 0, 1, _CLONE3), (_RET, 0, 0, _ERRNO | errno.ENOSYS)]
    # Threads are allowed, processes are not.
    code += [
        (_JEQ, 0, 4, arch.clone),
        (_LD_WORD, 0, 0, _ARGS),
        (_JSET, 0, 1, _CLONE_THREAD),
        (_RET, 0, 0, _ALLOW),
        (_RET, 0, 0, refuse),
    ]
    for number in arch.kill:
        code += [
            (_JEQ, 0, 4, number),
            (_LD_WORD, 0, 0, _ARGS),
            (_JEQ, 0, 1, pid),
            (_RET, 0, 0, _ALLOW),
            (_RET, 0, 0, refuse),
        ]
    # A limit may be read, not set: the third argument is the new one.
    code += [
        (_JEQ, 0, 6, arch.prlimit64),
        (_LD_WORD, 0, 0, _ARGS + 16),
        (_JEQ, 0, 3, 0),
        (_LD_WORD, 0, 0, _ARGS + 20),
        (_JEQ, 0, 1, 0),
        (_RET, 0, 0, _ALLOW),
        (_RET, 0, 0, refuse),
    ]
    for number, commands in (
        (arch.fcntl, (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX)),
        (arch.ioctl, (_FIOSETOWN, _SIOCSPGRP, _TIOCSTI)),
    ):
        code += [(_JEQ, 0, 2 + 2 * len(commands), number), (_LD_WORD, 0, 0, _ARGS + 8)]
        for command in commands:
            code += [(_JEQ, 0, 1, command), (_RET, 0, 0, refuse)]
        code.append((_RET, 0, 0, _ALLOW))
    # The order to die with the parent may not be taken back.
    code += [
        (_JEQ, 0, 3, arch.prctl),
        (_LD_WORD, 0, 0, _ARGS),
        (_JEQ, 0, 1, _PR_SET_PDEATHSIG),
        (_RET, 0, 0, refuse),
    ]
    code.append((_RET, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


def apply() -> None:
    """Filter this process, and every thread it starts, from now on and for good.

    Raises
    ------
    SandboxUnavailableError
        If the kernel refuses the filter.
    """
    code = program(platform.machine(), pid=os.getpid())
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    header = Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(header), 0, 0
    ):
        raise SandboxUnavailableError(
            f"The kernel refused the system-call filter: {os.strerror(ctypes.get_errno())}."
        )
