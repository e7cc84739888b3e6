# SPDX-License-Identifier: Apache-2.0
"""asyncio: an await chain several deep with an asynchronous generator, while other tasks wait."""
import asyncio
import time

import truth


class Resource:
    def __init__(self, teller):
        self.teller = teller

    async def __aenter__(self):
        return await self.open()

    async def __aexit__(self, *exception):
        return False

    async def open(self):
        async for chunk in chunks(self.teller):
            await asyncio.sleep(0)
        return self


async def chunks(teller):
    yield 1
    yield await deepest(teller)


async def deepest(teller):
    await asyncio.sleep(0.01)
    hang(teller)


def hang(teller):
    for step in teller.then(time.sleep, 1e6):
        step()


async def idle():
    await asyncio.Event().wait()


async def work(teller):
    async with Resource(teller):
        pass


async def run(teller):
    others = [asyncio.ensure_future(idle()) for _ in range(3)]
    await asyncio.gather(work(teller), *others)


def main():
    teller = truth.Teller(truth.arguments(), {"gil_holder_tid": None, "gil_waiting_tids": []})
    asyncio.run(run(teller))


if __name__ == "__main__":
    main()
