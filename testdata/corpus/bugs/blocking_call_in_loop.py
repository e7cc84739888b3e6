# SPDX-License-Identifier: Apache-2.0
"""An event loop that a coroutine blocks."""
# bug: {"ends": "hang"}
import asyncio
import time


async def poll():
    time.sleep(1000)


async def serve():
    await asyncio.gather(poll(), asyncio.sleep(1))


def main():
    asyncio.run(serve())
