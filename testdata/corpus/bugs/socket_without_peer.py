# SPDX-License-Identifier: Apache-2.0
"""Accepts a connection that nobody makes."""
# bug: {"ends": "hang"}
import socket


def serve(listener):
    return listener.accept()


def main():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    serve(listener)
