"""pipeline CMD [ARG...] -- CMD [ARG...] [-- ...], with os.posix_spawnp and children taken as they end."""

import os
import signal
import sys


class Stage:
    """One command and the descriptors it is to have as stdin and stdout."""

    def __init__(self, argv):
        self.argv = argv
        self.stdin = 0
        self.stdout = 1
        self.status = None

    def start(self):
        actions = [(os.POSIX_SPAWN_DUP2, self.stdin, 0), (os.POSIX_SPAWN_DUP2, self.stdout, 1)]
        try:
            return os.posix_spawnp(
                self.argv[0], self.argv, os.environ, file_actions=actions, setsigdef=[signal.SIGPIPE]
            )
        except FileNotFoundError:
            self.status = 127
        except OSError:
            self.status = 126
        print(f"pipeline: cannot run {self.argv[0]}", file=sys.stderr, flush=True)
        return None

    def close(self):
        for end in {self.stdin, self.stdout} - {0, 1}:
            os.close(end)


def main(words):
    stages = []
    begin = 0
    for i, word in enumerate([*words, "--"]):
        if word == "--":
            stages.append(Stage(words[begin:i]))
            begin = i + 1
    if len(stages) < 2 or not all(stage.argv for stage in stages):
        print("usage: pipeline CMD [ARG...] -- CMD [ARG...] [-- ...]", file=sys.stderr)
        return 2

    for left, right in zip(stages, stages[1:]):
        right.stdin, left.stdout = os.pipe()  # not inheritable: only the copies made by DUP2 survive exec

    by_pid = {}
    for stage in stages:
        pid = stage.start()
        if pid is not None:
            by_pid[pid] = stage
    for stage in stages:
        stage.close()

    while by_pid:
        pid, status = os.wait()
        code = os.waitstatus_to_exitcode(status)
        by_pid.pop(pid).status = code if code >= 0 else 128 - code
    return stages[-1].status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
