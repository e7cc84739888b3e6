# SPDX-License-Identifier: Apache-2.0
"""An asyncio server that echoes lines, clients that await it, and work handed to an executor."""
import asyncio
import json


async def serve(reader, writer):
    while True:
        line = await reader.readline()
        if not line:
            return
        writer.write(json.dumps({"line": line.decode()}).encode() + b"\n")
        await writer.drain()


def compute(number):
    return sum(index * index for index in range(number % 2000))


async def numbers():
    number = 0
    while True:
        yield number
        number += 1


async def ask(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    loop = asyncio.get_running_loop()
    async for number in numbers():
        writer.write(b"line %d\n" % number)
        await writer.drain()
        await asyncio.gather(reader.readline(), loop.run_in_executor(None, compute, number))


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await asyncio.gather(*(ask(port) for _ in range(8)))


if __name__ == "__main__":
    asyncio.run(main())
