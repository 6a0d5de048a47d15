"""A small stand-in for a server with OpenAI's API: it answers as it is told to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[dict[str, Any]], tuple[int, bytes]]


def choices(*texts: str, finish: str = "stop") -> tuple[int, bytes]:
    made = [{"message": {"role": "assistant", "content": text}, "finish_reason": finish} for text in texts]
    return 200, json.dumps({"choices": made}).encode()


class ModelServer:
    """`answer(body)` gives status and body; `models` is what it lists."""

    def __init__(self, answer: Answer, models: list[dict[str, Any]]) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.models_answer: tuple[int, bytes] = (200, json.dumps({"data": models}).encode())
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.keys.append(self.headers["Authorization"])
                self._give(*outer.models_answer)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append(body)
                self._give(*answer(body))

            def _give(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serving(answer: Answer, *names: str, **facts: Any) -> Generator[ModelServer]:
    server = ModelServer(answer, [{"id": name, **facts} for name in names or ("a-model",)])
    try:
        yield server
    finally:
        server.close()
