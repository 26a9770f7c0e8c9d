"""supervisor WORKERS LIMIT CMD [ARG...] - keeps WORKERS copies of CMD running.

A supervisor waits for two things at once: that one of its workers ends (SIGCHLD), and that it is told to stop (SIGTERM).
Both are signals here, so one call waits for both. They are blocked from the beginning on, and only ever taken by sigwait,
in the middle of nothing: no handler interrupts the code that keeps the table of workers. A handler would see a worker
that fork has made and that is not in the table yet - and whoever stops "all in the table" then leaves that one behind.

The mask is inherited by fork, and exec keeps it. A worker that is born with SIGTERM blocked could not be stopped: so
each one gets back the mask that we were started with, before exec.
"""

import os
import signal
import sys

AWAITED = {signal.SIGCHLD, signal.SIGTERM}


class Crew:
    """The workers that still run, by their process ids."""

    def __init__(self, command, mask):
        self.command = command
        self.mask = mask
        self.workers = set()

    def start(self):
        """Start a copy of the command and return its process id."""
        worker = os.fork()
        if worker == 0:
            self._become_worker()
        self.workers.add(worker)
        return worker

    def _become_worker(self):
        status = 126  # what a shell says of a command that it cannot run
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, self.mask)
            # Python ignores these two; what is ignored stays ignored over exec.
            for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(ignored, signal.SIG_DFL)
            os.execvp(self.command[0], self.command)
        except FileNotFoundError:
            status = 127
        except OSError:
            pass
        finally:
            os._exit(status)  # this is still a copy of the supervisor: it must end here, whatever happens

    def ended(self):
        """Yield the status of each worker that has ended by now: SIGCHLD says "at least one"."""
        while self.workers:
            worker, wait_status = os.waitpid(-1, os.WNOHANG)
            if worker == 0:
                return  # the others still live
            if worker in self.workers:
                self.workers.remove(worker)
                code = os.waitstatus_to_exitcode(wait_status)  # -9 for a death by signal 9
                yield code if code >= 0 else 128 - code

    def stop(self):
        """Stop all that still run, and wait for them.

        The process id of a child cannot be given to anybody else before it has been waited for; that is why it is safe
        to send a signal to whatever is still in the table.
        """
        for worker in self.workers:
            os.kill(worker, signal.SIGTERM)
            os.kill(worker, signal.SIGCONT)  # one that was stopped could not take the signal
        for worker in self.workers:
            os.waitpid(worker, 0)
        self.workers.clear()


def supervise(crew, count, limit):
    """Start all workers and keep them going. Return the exit status."""
    for _ in range(count):
        print("start", crew.start(), flush=True)
    restarts = 0
    while crew.workers:
        if signal.sigwait(AWAITED) == signal.SIGTERM:
            return 0
        for status in crew.ended():
            if status == 0:
                continue
            if restarts == limit:
                return 1
            restarts += 1
            print("restart", crew.start(), "after", status, flush=True)
    return 0


def is_count(text):
    return text.isascii() and text.isdigit()


def main(arguments):
    if len(arguments) < 3 or not is_count(arguments[0]) or not is_count(arguments[1]):
        print("usage: supervisor WORKERS LIMIT CMD [ARG...]", file=sys.stderr)
        return 2
    count, limit, *command = arguments

    # Before the first worker exists: however early one ends, the signal stays pending until it is waited for.
    crew = Crew(command, signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED))
    try:
        return supervise(crew, int(count), int(limit))
    except OSError as error:
        print(f"supervisor: {error}", file=sys.stderr)
        return 1
    finally:
        crew.stop()  # however it ends, nobody is left


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
