"""pipeline CMD [ARG...] -- CMD [ARG...] [-- ...] - what a shell does for `CMD ARG | CMD ARG | ...`

A pipe is an object of the kernel with a read end and a write end; descriptors refer to the ends. Two facts from
`man 7 pipe` decide how this program must treat them:

1. A reader sees end of file only when the last descriptor of the write end is closed, in all processes. os.fork()
   copies every descriptor: one forgotten copy, and the reader waits for ever.
2. A writer is sent SIGPIPE only when the last descriptor of the read end is closed. One forgotten copy, and a
   writer whose reader has gone sleeps for ever as soon as the pipe is full.

So each pipe is made just before the two commands at its ends are started, and the parent closes an end as soon as
the command that needs it has its copy. Python helps: descriptors made by os.pipe() are closed by exec, those made by
os.dup2() are not.
"""

import os
import signal
import sys


def split(words):
    """Cut the arguments at each "--" into commands."""
    commands = [[]]
    for word in words:
        if word == "--":
            commands.append([])
        else:
            commands[-1].append(word)
    return commands


def run(command, stdin, stdout):
    """In the child: turn into the command. Never returns; a child that goes on would be a second parent."""
    try:
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
        # Python ignores SIGPIPE for its own sake, and what is ignored stays ignored after exec: the command
        # would not end when its reader has gone.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.execvp(command[0], command)
    except OSError as error:
        os.write(2, os.fsencode(f"pipeline: {command[0]}: {error.strerror}\n"))
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)
    finally:
        os._exit(1)  # whatever happens, no exception may carry the child out of here


def start(commands):
    """Start all commands, each reading what the one before it writes. Return their process ids."""
    children = []
    stdin = 0  # what the next command reads
    for command in commands:
        last = command is commands[-1]
        next_stdin, stdout = (None, 1) if last else os.pipe()
        child = os.fork()
        if child == 0:
            run(command, stdin, stdout)
        children.append(child)
        # The child has its copies: close ours before the next fork can copy them, too.
        if stdin != 0:
            os.close(stdin)
        if stdout != 1:
            os.close(stdout)
        stdin = next_stdin
    return children


def wait(child):
    """Wait for a child and return what the shell calls $?: its status, or 128 plus the number of the signal."""
    _, wait_status = os.waitpid(child, 0)
    status = os.waitstatus_to_exitcode(wait_status)
    return 128 - status if status < 0 else status


def main(words):
    commands = split(words)
    if len(commands) < 2 or [] in commands:
        print("usage: pipeline CMD [ARG...] -- CMD [ARG...] [-- ...]", file=sys.stderr)
        return 2
    # All of them run at once. The order in which they end does not matter: who has ended waits for us.
    statuses = [wait(child) for child in start(commands)]
    return statuses[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
