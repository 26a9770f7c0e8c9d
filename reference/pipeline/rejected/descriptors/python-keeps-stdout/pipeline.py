# Wrong: the parent keeps the read end of each pipe, so a writer whose reader has gone is not sent SIGPIPE.
import itertools
import subprocess
import sys


def parse(words):
    groups = itertools.groupby(words, key=lambda word: word == "--")
    commands = [list(group) for is_dash, group in groups if not is_dash]
    dashes = sum(word == "--" for word in words)
    if len(commands) < 2 or dashes != len(commands) - 1 or words[0] == "--":
        sys.exit(usage())
    return commands


def usage():
    print("usage: pipeline CMD [ARG...] -- CMD [ARG...] [-- ...]", file=sys.stderr)
    return 2


def shell_status(code):
    return code if code >= 0 else 128 - code


def main():
    commands = parse(sys.argv[1:])
    running = []
    source = None  # None: inherited
    for number, command in enumerate(commands, start=1):
        sink = None if number == len(commands) else subprocess.PIPE
        process, status = None, 0
        try:
            process = subprocess.Popen(command, stdin=source, stdout=sink)
        except FileNotFoundError as error:
            print(f"pipeline: {command[0]}: {error.strerror}", file=sys.stderr)
            status = 127
        except OSError as error:
            print(f"pipeline: {command[0]}: {error.strerror}", file=sys.stderr)
            status = 126
        # After a command that never ran, the next one reads what an ended writer leaves: end of file.
        source = process.stdout if process else subprocess.DEVNULL
        running.append((process, status))

    statuses = [shell_status(process.wait()) if process else status for process, status in running]
    return statuses[-1]


if __name__ == "__main__":
    sys.exit(main())
