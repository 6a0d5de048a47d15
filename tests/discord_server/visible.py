"""What a person can read on a message or modal, as plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from tests.discord_server.refusing import Json, inner

MENTION = re.compile(r"<@!?(\d+)>")


def walk(components: list[Json]) -> Iterator[Json]:
    """All components, outer ones first."""
    for component in components:
        yield component
        for key in ("components", "component", "accessory"):
            held = component.get(key)
            if isinstance(held, dict):
                yield from walk([cast("Json", held)])
            elif isinstance(held, list):
                yield from walk(cast("list[Json]", held))


def label_of(component: Json) -> str:
    """What stands on a button; its emoji where it has no words."""
    return component.get("label") or inner(component, "emoji").get("name") or ""


def message_text(content: str, embeds: list[Json], components: list[Json], files: list[str]) -> str:
    """One line a part."""
    lines = [content] if content else []
    for embed in embeds:
        lines += [embed[key] for key in ("title", "description") if embed.get(key)]
        lines += [f"{entry['name']}: {entry['value']}" for entry in embed.get("fields", [])]
        if embed.get("footer"):
            lines.append(embed["footer"]["text"])
    lines += component_lines(components)
    lines += [f"[file: {name}]" for name in files]
    return "\n".join(lines)


def component_lines(components: list[Json]) -> list[str]:
    """A line for each part that shows words."""
    lines: list[str] = []
    for part in walk(components):
        match part.get("type"):
            case 10:
                lines.append(part["content"])
            case 2:
                lines.append(f"[{label_of(part)}]" + (" (disabled)" if part.get("disabled") else ""))
            case 3 | 5 | 6 | 7 | 8:
                lines.append(f"[select: {part.get('placeholder') or ''}]")
                lines += [f"  - {option_text(option)}" for option in part.get("options", [])]
            case 21 | 22:
                lines += [f"  - {option_text(option)}" for option in part.get("options", [])]
            case 11:
                lines.append(f"[picture: {part.get('description') or ''}]")
            case 12:
                lines += [f"[picture: {item.get('description') or ''}]" for item in part.get("items", [])]
            case 18:
                lines.append(part["label"])
                if part.get("description"):
                    lines.append(part["description"])
            case 4:
                lines += [part[key] for key in ("label", "placeholder", "value") if part.get(key)]
            case _:
                pass
    return lines


def option_text(option: Json) -> str:
    """An option of a select, with what is chosen beforehand marked."""
    described = f" ({option['description']})" if option.get("description") else ""
    return f"{'* ' if option.get('default') else ''}{option['label']}{described}"


def user_mentions(content: str, components: list[Json]) -> list[int]:
    """Ids of users that a message's words name, in order."""
    texts = [content, *(part["content"] for part in walk(components) if part.get("type") == 10)]
    return list(dict.fromkeys(int(number) for text in texts for number in MENTION.findall(text)))


def resolved(components: list[Json], urls: Mapping[str, str]) -> list[Json]:
    """Components with each attachment:// replaced by the file's address, ids given where there are none."""

    def inside(value: Any) -> Any:
        if isinstance(value, dict):
            part = cast("Json", value)
            return _unfurled(part, urls) if "url" in part else {key: inside(item) for key, item in part.items()}
        if isinstance(value, list):
            return [inside(item) for item in cast("list[Any]", value)]
        return value

    shown = cast("list[Json]", inside(components))
    for number, part in enumerate(walk(shown), start=1):
        part.setdefault("id", number)
    return shown


def _unfurled(media: Json, urls: Mapping[str, str]) -> Json:
    if "style" in media:  # a link button
        return media
    url = urls.get(media["url"], media["url"])
    return media | {"url": url, "proxy_url": url, "width": 1, "height": 1, "loading_state": 2}


MAPS = frozenset(
    {
        *("authorizing_integration_owners", "name_localizations", "description_localizations"),
        *("users", "members", "messages", "roles", "channels", "attachments"),
    }
)
"""Objects whose keys are ids or locales, not fields (where they are lists, they hold objects)."""


def deep(data: Any, change: Callable[[Json], Json], *, name: str = "") -> Any:
    """Data with a change applied to every object in it, inner ones first."""
    if isinstance(data, dict):
        changed = {key: deep(value, change, name=key) for key, value in cast("Json", data).items()}
        return changed if name in MAPS else change(changed)
    if isinstance(data, list):
        return [deep(value, change) for value in cast("list[Any]", data)]
    return data
