"""A language model on a server that speaks OpenAI's API: llama-server, vLLM, or whatever a group already runs.

`http://host:8000` names it, `http://host:8000#name` one of several models there. `ACCORD_MODEL_KEY` is sent as the
bearer token. The drafts of one ordering are asked for in one request with `n` samples, so that the server reads the
prompt once; a server that gives fewer is asked again for the rest.

The server tokenizes, and would take `<|im_end|>` in a member's words for the end of the turn. So what looks like a
control token is written with a space in it.
"""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Final, cast

from engine.models.errors import CancelledError, ModelServerError
from engine.models.llama import Completion, Request

TIMEOUT: Final = 600.0
"""Seconds that one request may take; a server on CPU may need minutes for many samples."""
LOOK_EVERY: Final = 0.1
"""Seconds between two looks at whether the drafts are still wanted."""
USUAL_CONTEXT: Final = 8192
"""Tokens, where the server does not say what its model can hold."""
LETTERS_PER_TOKEN: Final = 3
"""Of languages with letters: fewer than most tokenizers pack, so that a prompt is never longer than it was thought."""

_CONTROL = re.compile(r"([<\[])(?=[|/\w])|(?<=[|/\w])([>\]])")
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_PIECE = re.compile(rf"[ -~]{{1,{LETTERS_PER_TOKEN}}}|.", re.DOTALL)


def is_address(name: str) -> bool:
    """Whether a model's name is a server's address."""
    return name.startswith(("http://", "https://"))


class RemoteModel:
    """One model of a server. Its "tokens" are pieces of text: enough to stay within a budget, never sent."""

    continues = False

    def __init__(self, address: str) -> None:
        """Ask the server which models it has. Raises `ModelServerError`."""
        base, _, wanted = address.partition("#")
        base = self.place = base.rstrip("/")
        if "@" in base:  # it would be in the list of processes, and in logs
            raise ModelServerError("model_server_password")
        self._base = base if base.endswith("/v1") else f"{base}/v1"
        self._key = os.environ.get("ACCORD_MODEL_KEY", "")
        self._ids: dict[str, int] = {}
        self._pieces: list[str] = []
        found = self._models()
        if not found or (wanted and wanted not in found):
            raise ModelServerError("model_server_lacks", place=self.place, name=wanted, found=tuple(found))
        self.name = wanted or next(iter(found))
        self.context_limit = found[self.name]

    def tokens(self, text: str, *, special: bool = False) -> list[int]:
        """Implement `Writer.tokens`."""
        del special
        return [self._id(piece) for piece in _PIECE.findall(text)]

    def chat(self, instruction: str, content: Sequence[str], *, answer_begins: str = "") -> list[int]:
        """Implement `Writer.chat`."""
        text = instruction + "".join(_CONTROL.sub(_spaced, part) for part in content)
        if answer_begins:
            text += f"\n{answer_begins} ..."
        return self.tokens(text)

    def complete(
        self,
        prompts: Sequence[Sequence[int]],
        requests: Sequence[Request],
        *,
        max_tokens: int,
        stop: Callable[[str], bool] = lambda _: False,
        cancelled: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> list[Completion]:
        """Implement `Writer.complete`: a request per prompt, at once; the samples of one share the middle temperature.

        Raises `CancelledError` and `ModelServerError`.
        """
        del stop  # The server knows no such rule; whoever asked cuts at the same place.
        wanted: dict[int, list[int]] = defaultdict(list)
        for index, request in enumerate(requests):
            wanted[request.prompt].append(index)
        completions: dict[int, Completion] = {}
        pool = ThreadPoolExecutor(max_workers=len(wanted), thread_name_prefix="model-server")
        try:
            asked: dict[Future[list[Completion]], list[int]] = {}
            for prompt, indices in wanted.items():
                text = "".join(self._pieces[token] for token in prompts[prompt])
                sampled = [requests[index] for index in indices]
                asked[pool.submit(self._samples, text, sampled, max_tokens, cancelled)] = indices
            left = set(asked)
            while left:
                done, left = wait(left, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
                if cancelled():
                    raise CancelledError
                for one in done:
                    completions.update(zip(asked[one], one.result(), strict=True))
                    progress(len(completions), len(requests))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return [completions[index] for index in range(len(requests))]

    def _samples(
        self, text: str, requests: Sequence[Request], max_tokens: int, cancelled: Callable[[], bool]
    ) -> list[Completion]:
        middle = sum(request.sampling.temperature for request in requests) / len(requests)
        found: list[Completion] = []
        while len(found) < len(requests) and not cancelled():
            answer = self._ask(
                "chat/completions",
                {
                    "model": self.name,
                    "messages": [{"role": "user", "content": text}],
                    "n": len(requests) - len(found),
                    "seed": requests[len(found)].seed & 0x7FFFFFFF,
                    "temperature": round(middle, 3),
                    "max_tokens": max_tokens,
                },
            )
            try:
                choices = [_completion(choice) for choice in answer["choices"]]
            except (KeyError, TypeError) as problem:
                raise ModelServerError("model_server_answer", place=self.place) from problem
            if not choices:
                raise ModelServerError("model_server_answer", place=self.place)
            found += choices[: len(requests) - len(found)]
        return found

    def _models(self) -> dict[str, int]:
        """The models of the server, and how many tokens each can hold, where it says so."""
        try:
            listed: list[dict[str, Any]] = self._ask("models")["data"]
            return {str(one["id"]): _context(one) for one in listed}
        except (KeyError, TypeError) as problem:
            raise ModelServerError("model_server_answer", place=self.place) from problem

    def _ask(self, what: str, body: dict[str, Any] | None = None) -> Any:
        # The scheme is http or https: is_address saw to it.
        request = urllib.request.Request(  # noqa: S310
            f"{self._base}/{what}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "accord"},
        )
        if self._key:
            request.add_unredirected_header("Authorization", f"Bearer {self._key}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as problem:
            with problem:
                said = problem.read(500).decode(errors="replace").strip()
            reason = said or problem.reason
            raise ModelServerError(
                "model_server_refused", place=self.place, status=problem.code, reason=reason
            ) from problem
        except ValueError as problem:
            raise ModelServerError("model_server_answer", place=self.place) from problem
        except OSError as problem:
            reason = str(getattr(problem, "reason", problem))
            raise ModelServerError("model_server_unreachable", place=self.place, reason=reason) from problem

    def _id(self, piece: str) -> int:
        known = self._ids.get(piece)
        if known is None:
            known = self._ids[piece] = len(self._pieces)
            self._pieces.append(piece)
        return known


def _spaced(found: re.Match[str]) -> str:
    return f"{found[1]} " if found[1] else f" {found[2]}"


def _completion(choice: Any) -> Completion:
    """An answer's text on one line, without what a reasoning model thought aloud."""
    text = _THOUGHT.sub("", str(choice["message"]["content"] or "")).strip().strip('"')
    ended = "limit" if choice.get("finish_reason") == "length" else "model"
    return Completion(text=text, tokens=len(_PIECE.findall(text)), ended=ended)


def _context(model: dict[str, Any]) -> int:
    """VLLM says it as `max_model_len`, llama-server among `meta`."""
    meta = cast("dict[str, Any]", model.get("meta") or {})
    found = model.get("max_model_len") or meta.get("n_ctx") or meta.get("n_ctx_train")
    return int(found) if isinstance(found, int) and found > 0 else USUAL_CONTEXT
