"""The zygote: a warm interpreter that becomes pid 1 of a new sandbox again and again. Runs inside bubblewrap.

It has no capability. A child gets them all with its new user namespace, over that namespace's possessions
only, and so can mount what its sandbox needs; in a second user namespace, which possesses nothing, it gives
them up for good. From then on it is the agent. bubblewrap takes the same two steps.

Nothing leads back: the child sees no process but its own, its root is another one, what it inherited is
closed, and the mounts that it leaves behind are gone from its mount namespace.
"""

from __future__ import annotations

import _socket
import contextlib
import ctypes
import fcntl
import gc
import os
import signal
import struct

from grader.sandbox import kernel, launch, protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CLONE = {"x86_64": 56, "aarch64": 220}
_NEW_MOUNT = 0x00020000
_NEW_CGROUP = 0x02000000
_NEW_UTS = 0x04000000
_NEW_IPC = 0x08000000
_NEW_PID = 0x20000000
_NEW_NET = 0x40000000
_MS_BIND = 0x1000
_MS_REC = 0x4000
_MS_PRIVATE = 0x40000
_MNT_DETACH = 2
_SIOCSIFFLAGS = 0x8914
_UP_AND_RUNNING = 0x41
_PR_CAPBSET_DROP = 24
_CAPABILITY_VERSION_3 = 0x20080522


def serve(sock: _socket.socket) -> int:
    """Make sandboxes on request. Returns in each child only, as pid 1 of its sandbox.

    Returns:
        The descriptor of the child's own socket; only that and the standard streams are open.

    Raises:
        Disconnected: there are no more requests.
    """
    gc.collect()
    gc.freeze()  # children share what they never write to
    while True:
        request, _, fds = protocol.receive(sock)
        pid = -1
        answer: dict[str, Any] = {}
        send_back: list[int] = []
        try:
            pid = _fork_into_new_namespaces()
            if pid:
                send_back = [os.pidfd_open(pid)]
        except OSError as error:
            answer = {"error": str(error)}
        if pid == 0:
            return _begin(sock, request, *fds)
        protocol.send(sock, answer, b"", send_back)
        protocol.close_all([*fds, *send_back])


def _fork_into_new_namespaces() -> int:
    flags = kernel.CLONE_NEWUSER | _NEW_MOUNT | _NEW_UTS | _NEW_IPC | _NEW_PID | _NEW_NET
    if os.path.exists("/proc/self/ns/cgroup"):  # noqa: PTH110
        flags |= _NEW_CGROUP
    call = (_CLONE[os.uname().machine], flags | signal.SIGCHLD, 0, 0, 0, 0)
    arguments = [ctypes.c_ulong(value) for value in call]
    # A fork that the C library does not know of; there is one thread only, so there is nothing to repair.
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = kernel.libc.syscall(*arguments)
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0
    number = ctypes.get_errno()
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid == -1:
        raise OSError(number, os.strerror(number), "clone")
    return int(pid)


def _begin(control: _socket.socket, request: dict[str, Any], connection: int, errors: int) -> int:
    control.detach()
    os.dup2(errors, 2)
    connection = _keep_only(connection)
    uid, gid = request["ids"]
    kernel.map_ids(0, uid, 0, gid)  # devpts wants a root
    _change_root(request["root"], request["mounts"])
    _loopback_up()
    kernel.own_user_namespace(uid, gid, 0, 0)
    _give_up_capabilities()
    os.chdir(request["cwd"])
    return connection


def _keep_only(connection: int) -> int:
    """Close all descriptors but one and the standard streams; return the number it has then."""
    first = 3
    if connection != first:
        os.dup2(connection, first, inheritable=False)
    os.closerange(first + 1, launch.ALL)
    return first


def _change_root(root: str, mounts: list[tuple[str, str, str, int, str]]) -> None:
    _mount("", "/", "", _MS_REC | _MS_PRIVATE)
    _mount(root, root, "", _MS_BIND | _MS_REC)  # what is locked in its place cannot become the root
    os.chdir(root)
    for source, target, kind, flags, options in mounts:
        _mount(source, target, kind, flags, options)
    kernel.check(kernel.libc.pivot_root(b".", b"."), "pivot_root")
    kernel.check(kernel.libc.umount2(b".", _MNT_DETACH), "umount2")
    os.chdir("/")


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    arguments = [os.fsencode(text) if text else None for text in (source, target, kind)]
    data = options.encode() if options else None
    kernel.check(kernel.libc.mount(*arguments, ctypes.c_ulong(flags), data), target)


def _loopback_up() -> None:
    sock = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    try:
        fcntl.ioctl(sock.fileno(), _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))
    finally:
        sock.close()


def _give_up_capabilities() -> None:
    with contextlib.suppress(OSError):  # EINVAL: there are no more
        for number in range(64):
            kernel.prctl(_PR_CAPBSET_DROP, number)
    header = struct.pack("=II", _CAPABILITY_VERSION_3, 0)
    kernel.check(kernel.libc.capset(header, bytes(24)), "capset")
