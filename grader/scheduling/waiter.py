"""Waiting for the next stop of a tracee without burning the CPU it needs.

waitpid(2) has no time-out, so SIGCHLD is kept blocked and taken with sigtimedwait(2). It is pending from the
moment a tracee stops, hence nothing is missed between asking and waiting.
"""

from __future__ import annotations

import os
import signal
from types import TracebackType

from grader.tracer import ptrace


class Waiter:
    """A context manager: SIGCHLD is blocked inside it. Use it in the thread that traces."""

    def __enter__(self) -> Waiter:
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)

    @staticmethod
    def poll(tid: int) -> int | None:
        """Return a tracee's wait status if it has stopped or ended, without waiting.

        Raises:
            ChildProcessError: it is not, or no longer, ours to wait for.
        """
        pid, status = os.waitpid(tid, os.WNOHANG | ptrace.WALL)
        return status if pid else None

    @staticmethod
    def nap(seconds: float) -> bool:
        """Wait until any tracee stops, but no longer than so many seconds; False if none did."""
        return signal.sigtimedwait({signal.SIGCHLD}, seconds) is not None

    def wait(self, tid: int, seconds: float) -> int | None:
        """Return a tracee's next wait status; None if there is none for so long."""
        status = self.poll(tid)
        # A signal may be left from a stop that was seen without waiting for it.
        while status is None and self.nap(seconds):
            status = self.poll(tid)
        return status
