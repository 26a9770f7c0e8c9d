"""The agent's code as one sealed descriptor, so that no file of this package is visible in a sandbox."""

from __future__ import annotations

import fcntl
import functools
import marshal
import os
from pathlib import Path

# An import may only point to the left.
_MODULES = ("protocol", "kernel", "launch", "files", "objects", "inventory", "commands", "birth", "agent")
_BOOT = """\
import marshal, sys, types
for name in ("grader", "grader.sandbox"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = []
for name, code in marshal.loads({code!r}):
    module = types.ModuleType("grader.sandbox." + name)
    sys.modules[module.__name__] = module
    setattr(sys.modules["grader.sandbox"], name, module)
    exec(code, module.__dict__)
sys.modules["grader.sandbox.agent"].main()
"""


def sealed(name: str, content: bytes) -> int:
    """Return a descriptor of an anonymous file that nobody can change any more."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]
    seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


@functools.cache
def agent_code() -> bytes:
    """Return a Python program that holds the agent and its modules, compiled by this very interpreter."""
    folder = Path(__file__).parent
    modules = [
        (name, compile((folder / f"{name}.py").read_bytes(), f"{name}.py", "exec", dont_inherit=True))
        for name in _MODULES
    ]
    return _BOOT.format(code=marshal.dumps(modules)).encode()
