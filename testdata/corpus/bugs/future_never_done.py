# SPDX-License-Identifier: Apache-2.0
"""An event loop with a future that nobody sets."""
# bug: {"ends": "hang"}
import asyncio


async def answer(future):
    return await future


def main():
    loop = asyncio.new_event_loop()
    loop.run_until_complete(answer(loop.create_future()))
