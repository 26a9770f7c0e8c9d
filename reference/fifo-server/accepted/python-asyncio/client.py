import os
import sys


def main(fifo: str, count: int) -> int:
    own = f"{fifo}.{os.getpid()}"
    with open(os.open(fifo, os.O_WRONLY), "w", buffering=1) as server:
        os.mkfifo(own, 0o600)
        try:
            with open(own, "r+b", buffering=0) as answer:
                server.write(f"{os.getpid()} {count}\n")
                print(answer.readline().decode(), end="", flush=True)
        finally:
            os.remove(own)
    return 0


if __name__ == "__main__":
    try:
        fifo, text = sys.argv[1:]
        count = int(text)
        if count < 0:
            raise ValueError("COUNT is negative")
    except ValueError as error:
        print("usage: client FIFO COUNT:", error, file=sys.stderr)
        sys.exit(2)
    try:
        sys.exit(main(fifo, count))
    except OSError as error:
        print("client:", error, file=sys.stderr)
        sys.exit(1)
