# SPDX-License-Identifier: Apache-2.0
"""asyncio with nothing to do: the event loop waits in epoll, no coroutine is on the stack."""
import asyncio

import truth


async def idle(number):
    await asyncio.sleep(1e5 + number)


async def run(options):
    truth.start_teller(options, {"gil_holder_tid": None, "gil_waiting_tids": []})
    await asyncio.gather(*[idle(number) for number in range(5)])


def main():
    asyncio.run(run(truth.arguments()))


if __name__ == "__main__":
    main()
