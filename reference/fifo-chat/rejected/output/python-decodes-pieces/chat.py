# Wrong: what one read brings is decoded by itself, and may end in the middle of a character.
import os
import select
import sys
import threading


def make_fifo(name):
    if not os.path.exists(name):
        try:
            os.mkfifo(name, mode=0o600)
        except FileExistsError:
            pass  # the peer was faster


def leave(mine):
    os.unlink(mine)
    os._exit(0)


def listen(fd, peer, mine, leaving):
    select.select([fd], [], [])  # until the peer came and wrote, or came and went
    os.set_blocking(fd, True)
    rest = ""
    while piece := os.read(fd, 4096).decode():
        *lines, rest = (rest + piece).split("\n")
        for line in lines:
            print(f"{peer}: {line}", flush=True)
    if rest:
        print(f"{peer}: {rest}", flush=True)
    print(f"{peer} left", flush=True)
    with leaving:
        leave(mine)


def main():
    try:
        _, me, peer = sys.argv
    except ValueError:
        sys.stderr.write("usage: chat ME PEER\n")
        sys.exit(2)
    mine, theirs = f"{me}.fifo", f"{peer}.fifo"
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    sys.stdin.reconfigure(newline="\n")

    make_fifo(mine)
    incoming = os.open(mine, os.O_RDONLY | os.O_NONBLOCK)
    outgoing = None
    while outgoing is None:
        make_fifo(theirs)
        try:
            outgoing = os.open(theirs, os.O_RDWR)  # Linux: waits for nobody
        except FileNotFoundError:
            continue

    leaving = threading.Lock()  # one of the two leaves, once
    threading.Thread(target=listen, args=(incoming, peer, mine, leaving), daemon=True).start()

    with open(outgoing, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as peer_file:
        for line in sys.stdin:
            line = line.removesuffix("\n")
            if line == "/quit":
                break
            peer_file.write(line + "\n")
            peer_file.flush()
        with leaving:
            leave(mine)


main()
