# SPDX-License-Identifier: Apache-2.0
"""A crash in a task of asyncio."""
import asyncio

from native import lib


async def fetch():
    await asyncio.sleep(0)
    return lib.codec_decode()


async def serve():
    await asyncio.gather(fetch(), asyncio.sleep(1))


def main():
    asyncio.run(serve())
