"""Where deliberations are in Discord, and what was chosen for them beside their rules."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from bot.live.notebook import Notebook


class Place(BaseModel):
    """A deliberation's thread and card."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    guild: int
    channel: int
    """The thread that it is in."""
    gone: bool = False
    """Whether the thread was deleted, or the bot was removed from the server."""
    capture: bool = False
    """Whether plain messages in the thread count as opinions."""
    live_drafts: bool = True
    """Whether drafts are made while people speak, or between rounds only."""
    consequence: str = ""
    """What will happen with the result."""
    preset: str = "standard"
    predictions: bool = False
    """Whether the card tells how many members are predicted to agree."""
    simulated: bool = False
    """Whether it is a practice round."""


class Places:
    """All places, in memory and in the notebook."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self._places: dict[str, Place] = {}

    async def load(self) -> None:
        """Read the notes."""
        found = await self._notebook.all("place/")
        self._places = {deliberation: Place.model_validate(value) for deliberation, value in found.items()}

    def __getitem__(self, deliberation: str) -> Place:
        return self._places[deliberation]

    def get(self, deliberation: str) -> Place | None:
        """The place of a deliberation, if it has one."""
        return self._places.get(deliberation)

    async def find(self, deliberation: str) -> Place | None:
        """The same, where another process may have written it down."""
        if deliberation not in self._places:
            value = await self._notebook.get(f"place/{deliberation}")
            if value is not None:
                self._places[deliberation] = Place.model_validate(value)
        return self._places.get(deliberation)

    async def put(self, deliberation: str, place: Place) -> None:
        """Write a place down."""
        self._places[deliberation] = place
        await self._notebook.put(f"place/{deliberation}", place.model_dump(mode="json"))

    async def change(self, deliberation: str, **changes: object) -> Place:
        """Write some fields down anew."""
        place = self._places[deliberation].model_copy(update=changes)
        await self.put(deliberation, place)
        return place

    async def drop(self, deliberation: str) -> None:
        """Forget a place."""
        self._places.pop(deliberation, None)
        await self._notebook.drop(f"place/{deliberation}")

    def in_channel(self, channel: int) -> list[str]:
        """The deliberations of a thread, oldest first."""
        return [deliberation for deliberation, place in self._places.items() if place.channel == channel]

    def in_guild(self, guild: int) -> list[str]:
        """The deliberations of a server, oldest first."""
        return [deliberation for deliberation, place in self._places.items() if place.guild == guild]
