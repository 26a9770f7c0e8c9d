"""Accepted: asyncio. What a transport cannot send at once it keeps, and nobody waits for it."""

import asyncio
import signal
import sys

guests = {}


def tell(speaker, line):
    for guest in guests:
        if guest is not speaker:
            guest.write(line)


async def serve(reader, writer):
    name = (await reader.readline()).rstrip(b"\n")
    if not name:
        writer.close()
        return
    guests[writer] = name
    tell(writer, name + b" joined\n")
    try:
        async for line in reader:
            tell(writer, name + b": " + line)
    except ConnectionError:
        del guests[writer]
    tell(writer, name + b" left\n")
    try:
        await writer.wait_closed()  # it may still listen
    except ConnectionError:
        pass
    guests.pop(writer, None)


async def main(port):
    closing = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, closing.set)
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await closing.wait()
    server.close()


if len(sys.argv) != 2 or not (sys.argv[1].isascii() and sys.argv[1].isdigit()):
    print("usage: room PORT", file=sys.stderr)
    sys.exit(2)
try:
    asyncio.run(main(int(sys.argv[1])))
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
