"""What drafting needs of a language model, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from engine.models.llama import Completion, Request


class Writer(Protocol):
    """`engine.models.llama.LanguageModel` in this process, or `engine.models.remote.RemoteModel` on a server."""

    continues: bool
    """Whether an answer goes on from `answer_begins`; else it is a whole answer, with or without those words."""

    @property
    def context_limit(self) -> int:
        """Tokens of a prompt and its answer together."""
        ...

    def tokens(self, text: str, *, special: bool = False) -> list[int]:
        """The pieces of a text, as many as it costs."""
        ...

    def chat(self, instruction: str, content: Sequence[str], *, answer_begins: str = "") -> list[int]:
        """One user turn; `content` is members' text, which must not be able to close it."""
        ...

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
        """A completion for each request, in their order."""
        ...
