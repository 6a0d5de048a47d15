"""Which part of all servers one process of several answers for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """Some of Discord's `count` shards; a server hangs on the shard that its id says."""

    ids: tuple[int, ...] = (0,)
    count: int = 1

    def holds(self, guild: int) -> bool:
        """Whether a server is among them (https://docs.discord.com/developers/events/gateway#sharding)."""
        return (guild >> 22) % self.count in self.ids

    @property
    def note(self) -> str:
        """The note under which a process with this share says that it lives."""
        return "alive" if self.count == 1 else f"alive/{','.join(map(str, self.ids))}of{self.count}"


def parse_ids(text: str) -> tuple[int, ...]:
    """Shards as people write them: "0,1" or "0-3". Raises `ValueError`."""
    ids: set[int] = set()
    for part in text.split(","):
        first, separator, last = part.strip().partition("-")
        ids.update(range(int(first), int(last if separator else first) + 1))
    return tuple(sorted(ids))
