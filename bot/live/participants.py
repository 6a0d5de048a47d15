"""Who agreed to the notice of a deliberation: these notes alone join people with their pseudonyms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.live.deliberations import Person
from bot.live.notebook import Notebook


def note_of(deliberation: str, user: str | int) -> str:
    """The key of the note that someone agreed; its value is when, in milliseconds since 1970."""
    return f"person/{deliberation}/{user}"


async def participants(notebook: Notebook, deliberation: str) -> list[str]:
    """The people who agreed, by their ids."""
    return list(await notebook.all(note_of(deliberation, "")))


async def voters(notebook: Notebook, deliberation: str, person: Callable[[str], Awaitable[Person]]) -> dict[str, str]:
    """The handles for voting by those for speaking, of all who agreed. `person` knows both of a person's."""
    people = [await person(user) for user in await participants(notebook, deliberation)]
    return {one.member: one.voter for one in people}
