"""The HTTP of the Hugging Face hub for one large file, on the loopback: metadata, a redirect, and ranges of bytes."""

from __future__ import annotations

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CONTENT = b"GGUF\x03\x00\x00\x00" + bytes(range(256)) * 2_000
PLACE = "/owner/repository/resolve/main/model.gguf"
CONTENTS_PLACE = "/contents/model.gguf"
"""Where the hub sends whoever wants the content, as to its CDN."""


class ModelHub:
    """`breaks_at` are the offsets at which the next answers break off; `sent` the ranges that were asked for."""

    def __init__(self) -> None:
        self.holds(CONTENT)
        self.breaks_at: list[int] = []
        self.asked: list[int] = []
        hub = self

        class Handler(_Handler):
            def __init__(self, *arguments: Any) -> None:
                self.hub = hub
                super().__init__(*arguments)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def holds(self, content: bytes) -> None:
        """Have this, and say so truly; `content` alone may be changed for a hub that gives another."""
        self.content = content
        self.size, self.hash = len(content), hashlib.sha256(content).hexdigest()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: ModelHub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answers(with_content=False)

    def do_GET(self) -> None:
        self._answers(with_content=True)

    def _answers(self, *, with_content: bool) -> None:
        place = self.path.partition("?")[0]
        if place == PLACE:
            elsewhere = f"http://localhost:{self.hub.port}{CONTENTS_PLACE}"
            linked = {"X-Linked-ETag": f'"{self.hub.hash}"', "X-Linked-Size": str(self.hub.size)}
            self._says(302, linked | {"Location": elsewhere, "X-Repo-Commit": "a" * 40, "Content-Length": "0"})
        elif place == CONTENTS_PLACE:
            self._sends(with_content=with_content)
        else:
            self._says(404, {"X-Error-Code": "EntryNotFound", "Content-Length": "0"})

    def _sends(self, *, with_content: bool) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first, total = int(wanted[1]) if wanted else 0, len(self.hub.content)
        fields = {"Content-Length": str(total - first), "ETag": f'"{self.hub.hash}"'}
        if wanted:
            fields["Content-Range"] = f"bytes {first}-{total - 1}/{total}"
        self._says(206 if wanted else 200, fields)
        if not with_content:
            return
        self.hub.asked.append(first)
        if self.hub.breaks_at:
            self.wfile.write(self.hub.content[first : self.hub.breaks_at.pop(0)])
            self.close_connection = True
            return
        self.wfile.write(self.hub.content[first:])

    def _says(self, status: int, fields: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass
