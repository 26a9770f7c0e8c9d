"""supervisor WORKERS LIMIT CMD [ARG...] - keeps WORKERS copies of CMD running."""

import sys

# import os      # os.fork, os.execvp, os._exit, os.waitpid, os.kill
# import signal  # signal.pthread_sigmask, signal.sigwait


def is_count(text):
    return text.isascii() and text.isdigit()


def main(arguments):
    if len(arguments) < 3 or not is_count(arguments[0]) or not is_count(arguments[1]):
        print("usage: supervisor WORKERS LIMIT CMD [ARG...]", file=sys.stderr)
        return 2
    workers, limit = int(arguments[0]), int(arguments[1])
    command = arguments[2:]

    # Step 1: you will wait for two things: that a worker ends (SIGCHLD), and that you are told to stop (SIGTERM). Which
    #         call waits for both, asleep? What if one comes before you wait? Set that up before the first worker.

    # Step 2: start the workers, and print `start PID` for each, at once. What does a worker inherit from you that it
    #         must not have? What if CMD cannot be executed?

    # Step 3: when workers have ended (how many?), see how. Replace who did not end with 0: `restart PID after STATUS`.

    # Step 4: all ended well: 0. No restart is left: stop the rest, 1. SIGTERM: stop all, 0. Stopped means waited for.

    print(
        f"supervisor: not written yet ({workers} times {command}, at most {limit} restarts)", file=sys.stderr
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
