# SPDX-License-Identifier: Apache-2.0
"""A threading HTTP server on the loopback, and threads that ask it."""
import http.server
import json
import threading
import urllib.request


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def ask(address):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for number in range(10 ** 9):
        with opener.open("http://%s:%d/page/%d" % (*address, number)) as answer:
            json.loads(answer.read())


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    for _ in range(3):
        threading.Thread(target=ask, args=(server.server_address,), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
