"""pipeline CMD [ARG...] -- CMD [ARG...] [-- ...] - what a shell does for `CMD ARG | CMD ARG | ...`

So far the commands are cut apart and shown on stderr. What is missing is marked TODO.
"""

import sys


def split(words):
    """Cut the arguments at each "--" into commands, each a list of words."""
    commands = [[]]
    for word in words:
        if word == "--":
            commands.append([])
        else:
            commands[-1].append(word)
    return commands


def main(words):
    commands = split(words)
    if len(commands) < 2 or [] in commands:
        print("usage: pipeline CMD [ARG...] -- CMD [ARG...] [-- ...]", file=sys.stderr)
        return 2

    for number, command in enumerate(commands, start=1):
        # TODO: make the pipe to the next command (the last one has none).
        # TODO: fork. In the child: connect stdin and stdout, reset SIGPIPE, os.execvp.
        #       Or start it with subprocess.Popen.
        # TODO: in the parent: close what only the child needs.
        print(f"pipeline: command {number} is {command[0]}", file=sys.stderr)

    # TODO: wait for all children, and return the status of the last command as the shell would.
    print("pipeline: not finished yet", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
