"""Accepted: asyncio, with a coroutine for each window."""

import asyncio
import os
import signal
import socket
import sys

windows = {}


async def serve(reader, writer):
    try:
        async for line in reader:
            word, _, text = line.decode().rstrip("\n").partition(" ")
            if word == "name":
                windows[writer] = text
            elif word == "draw":
                print(f"{windows[writer]}: {text}", flush=True)
    except ConnectionError:
        pass
    finally:
        windows.pop(writer, None)
        writer.close()


async def obey():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    focus = None
    async for line in reader:
        word, _, text = line.decode().rstrip("\n").partition(" ")
        if word == "focus":
            focus = text
        elif word == "key":
            for writer, name in windows.items():
                if name == focus:
                    writer.write(line)


async def main(path):
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    os.umask(0o177)
    server = await asyncio.start_unix_server(serve, path)
    commands = asyncio.create_task(obey())
    await stop.wait()
    commands.cancel()
    server.close()


if len(sys.argv) != 2:
    print("usage: display SOCKET", file=sys.stderr)
    sys.exit(2)
with socket.socket(socket.AF_UNIX) as probe:
    if probe.connect_ex(sys.argv[1]) == 0:
        print("display: in use", file=sys.stderr)
        sys.exit(1)
asyncio.run(main(sys.argv[1]))
os.unlink(sys.argv[1])
