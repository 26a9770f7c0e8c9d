import asyncio
import os
import signal
import sys


async def serve(path: str) -> int:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    try:
        os.mkfifo(path, mode=0o600)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        reader = asyncio.StreamReader()
        fifo = open(os.open(path, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), fifo)
        answers = asyncio.create_task(answer_all(path, reader))
        await ended.wait()
        answers.cancel()
        return 0
    finally:
        os.unlink(path)


async def answer_all(path: str, requests: asyncio.StreamReader) -> None:
    total = 0
    async for line in requests:
        try:
            pid, count = line.decode().split()
            if not (pid.isdigit() and count.isdigit()):
                raise ValueError(f"not two numbers: {line!r}")
            answer, total = b"%d\n" % total, total + int(count)
            fd = os.open(f"{path}.{pid}", os.O_WRONLY | os.O_NONBLOCK)
            try:
                os.write(fd, answer)
            finally:
                os.close(fd)
        except (ValueError, OSError) as error:
            print(f"server: {error}", file=sys.stderr, flush=True)


if len(sys.argv) != 2:
    print("usage: server FIFO", file=sys.stderr)
    sys.exit(2)
sys.exit(asyncio.run(serve(sys.argv[1])))
