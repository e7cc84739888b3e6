# SPDX-License-Identifier: Apache-2.0
"""A pool of threads that parse, compress, hash and sort, and hand their results on in queues."""
import concurrent.futures
import hashlib
import json
import queue
import random
import re
import threading
import zlib


def work(number):
    chance = random.Random(number)
    records = [{"id": chance.randrange(1000), "name": "n%d" % index} for index in range(200)]
    text = json.dumps(sorted(records, key=lambda record: record["id"]))
    words = re.findall(r"n\d+", text)
    packed = zlib.compress(text.encode())
    return hashlib.sha256(packed).hexdigest(), len(words)


def collect(results, seen):
    while True:
        digest, count = results.get()
        seen[digest[:2]] = seen.get(digest[:2], 0) + count


def main():
    results, seen = queue.Queue(16), {}
    threading.Thread(target=collect, args=(results, seen), daemon=True).start()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for start in range(0, 10 ** 9, 50):
            for found in pool.map(work, range(start, start + 50)):
                results.put(found)


if __name__ == "__main__":
    main()
