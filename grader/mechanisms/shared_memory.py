"""Shared mappings: mmap(2) with MAP_SHARED. The filter lets private mappings pass unseen."""

from __future__ import annotations

from grader.mechanisms.base import Args, Call, Value, View, flag_names, s32

MAP_SHARED = 1
MAP_ANONYMOUS = 0x20
_PROTECTION = {1: "PROT_READ", 2: "PROT_WRITE", 4: "PROT_EXEC"}
_FLAGS = {
    MAP_SHARED: "MAP_SHARED",
    MAP_ANONYMOUS: "MAP_ANONYMOUS",
    0x10: "MAP_FIXED",
    0x4000: "MAP_NORESERVE",
}
_SYNC_FLAGS = {1: "MS_ASYNC", 2: "MS_INVALIDATE", 4: "MS_SYNC"}


def _enter(_view: View, args: Args) -> Value:
    return {
        "length": args[1],
        "prot": flag_names(args[2], _PROTECTION),
        "flags": flag_names(args[3], _FLAGS),
        "fd": s32(args[4]),
        "offset": args[5],
    }


def _target(view: View, args: Args) -> str:
    return "" if args[3] & MAP_ANONYMOUS else view.descriptor(s32(args[4]))


CALLS = {
    "mmap": Call(
        f="mmap",
        enter=_enter,
        leave=lambda _view, _args, result: {"address": result},
        target=_target,
        made=lambda view, _args, result: view.address(result)[0],
        wakes=False,
    ),
    "mremap": Call(
        f="mremap",
        enter=lambda _view, args: {"address": args[0], "length": args[2]},
        leave=lambda _view, _args, result: {"to": result},
        target=lambda view, args: view.address(args[0])[0],
        wakes=False,
    ),
    "munmap": Call(
        f="munmap",
        enter=lambda _view, args: {"address": args[0], "length": args[1]},
        target=lambda view, args: view.address(args[0])[0],
        wakes=False,
    ),
    "msync": Call(
        f="msync",
        enter=lambda _view, args: {"length": args[1], "flags": flag_names(args[2], _SYNC_FLAGS)},
        target=lambda view, args: view.address(args[0])[0],
        wakes=False,
    ),
}
