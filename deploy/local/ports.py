"""Free TCP ports on loopback."""

from __future__ import annotations

import contextlib
import secrets
import socket

LOOPBACK = "127.0.0.1"

# Below the kernel's usual range of ports for outgoing connections (32768 and up),
# so that no client's connection takes the port between our look and the server's start.
LOWEST, HIGHEST = 12_000, 32_000


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port(preferred: int | None = None) -> int:
    """The preferred port if it is free, else another that is."""
    if preferred and is_free(preferred):
        return preferred
    for _ in range(200):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        if is_free(port):
            return port
    raise OSError(f"no free TCP port found on {LOOPBACK} between {LOWEST} and {HIGHEST}")
