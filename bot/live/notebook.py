"""The bot's own notes beside the log: what is no fact of a deliberation, as JSON values by key.

- `place/<deliberation>`: where it is in Discord, and what was chosen for it beside its rules
- `person/<deliberation>/<person>`: who agreed to the notice: the mapping from people to pseudonyms
- `help/<deliberation>/<member>`: who is to be shown the help text
- `server/<guild>`: a server's own settings
- `remind/<deliberation>/<person>`: who asked for a direct message
- `eligible/<deliberation>/<person>`: who could vote when it was opened, where the bot sees all members
- `left/<guild>`: when the bot was removed from a server
- `preview/<id>`: a deliberation that was not started yet
- `commands`, `alive`: the hash of the commands that Discord has; when the bot last ran
- `claim/<what>`: who does a thing that must happen once (a lease)
"""

from __future__ import annotations

from typing import Any, Final, Protocol

PERSONAL: Final = ("person", "remind", "help", "eligible")
"""Kinds of notes that say who a pseudonym is; `<kind>/<deliberation>/<person>`."""


class Notebook(Protocol):
    """Keys and JSON values; what one process writes, all read."""

    async def get(self, key: str) -> Any:
        """The value, or None."""
        ...

    async def put(self, key: str, value: Any) -> None:
        """Write a value down, over an older one."""
        ...

    async def drop(self, key: str) -> None:
        """Delete a value; nothing happens if there is none."""
        ...

    async def forget(self, *keys: str) -> None:
        """Drop notes about somebody, and see to it that no file of the store holds them any more."""
        ...

    async def drop_all(self, prefix: str) -> None:
        """`forget` all values whose key begins so."""
        ...

    async def all(self, prefix: str) -> dict[str, Any]:
        """The values whose key begins so, by the rest of the key."""
        ...

    async def claim(self, what: str, now: int, milliseconds: int) -> bool:
        """Take a lease on a thing that must happen once: True for the one who may do it now.

        One atomic step, so that of several processes only one gets it; whoever dies holding it loses it.
        """
        ...

    async def close(self) -> None:
        """Let go of the store."""
        ...
