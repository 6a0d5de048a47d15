"""What can be pressed, chosen and filled in, as Discord's client offers it."""

from __future__ import annotations

from typing import Any, cast

from tests.discord_server import visible
from tests.discord_server.components import (
    BUTTON,
    CHECKBOX,
    CHECKBOX_GROUP,
    RADIO_GROUP,
    SELECTS,
    TEXT_INPUT,
    UPLOAD,
)
from tests.discord_server.refusing import Json, inner
from tests.discord_server.replies import Modal, NotOfferedError
from tests.discord_server.things import Message
from tests.discord_server.world import World


def button(message: Message, name: str) -> Json:
    """The button with this label, emoji or custom id."""
    buttons = [part for part in visible.walk(message.components) if part.get("type") == BUTTON]
    found = [part for part in buttons if name in (visible.label_of(part), part.get("custom_id"))]
    found = found or [part for part in buttons if name == inner(part, "emoji").get("name")]
    if not found:
        raise NotOfferedError(f"no button {name!r} on: {message.text}")
    if len(found) > 1:
        raise NotOfferedError(f"{len(found)} buttons {name!r}; use a custom id of {[p['custom_id'] for p in found]}")
    if found[0].get("disabled"):
        raise NotOfferedError(f"the button {name!r} is disabled")
    if "custom_id" not in found[0]:
        raise NotOfferedError(f"the button {name!r} is a link")
    return found[0]


def select(message: Message, name: str) -> Json:
    """The select with this placeholder or custom id; "" for the only one."""
    selects = [part for part in visible.walk(message.components) if part.get("type") in SELECTS]
    found = [part for part in selects if name in ("", part.get("placeholder"), part["custom_id"])]
    if len(found) != 1:
        raise NotOfferedError(f"{len(found)} selects {name!r} on: {message.text}")
    if found[0].get("disabled"):
        raise NotOfferedError(f"the select {name!r} is disabled")
    return found[0]


def chosen(part: Json, names: Any) -> list[str]:
    """Values of the options with these labels or values."""
    if "options" in part:
        values: list[str] = []
        for name in names:
            matching = [
                option["value"] for option in part["options"] if str(name) in (option["label"], option["value"])
            ]
            if not matching:
                raise NotOfferedError(f"no option {name!r} among {[option['label'] for option in part['options']]}")
            values.append(matching[0])
    else:
        values = [str(getattr(name, "id", name)) for name in names]
    usual = len(part.get("options", [])) if part["type"] == CHECKBOX_GROUP else 1
    least, most = part.get("min_values", 1), part.get("max_values", usual)
    if part.get("required") is False and not values:
        return values
    if not (least if least is not None else 1) <= len(values) <= (most if most is not None else 1):
        raise NotOfferedError(f"{least} to {most} options can be chosen, not {len(values)}")
    return values


def filled_in(modal: Modal, values: dict[str, Any], world: World) -> Json:
    """A form as it is sent; what is not named stays as it opened."""
    left = dict(values)
    resolved: Json = {}
    parts: list[Json] = []
    for outer in modal.data["components"]:
        if outer["type"] == 10:
            parts.append({"type": 10, "id": outer.get("id", 0)})
            continue
        part = outer["component"] if outer["type"] == 18 else outer["components"][0]
        label = outer["label"] if outer["type"] == 18 else part["label"]
        given = label in left or part["custom_id"] in left
        value = left.pop(label, None) if label in left else left.pop(part["custom_id"], None)
        sent = {"type": part["type"], "id": part.get("id", 0), "custom_id": part["custom_id"]}
        sent |= _filled(part, value if given else modal_default(part), label, resolved, world)
        around: Json = {"type": outer["type"], "id": outer.get("id", 0)}
        parts.append(around | ({"component": sent} if outer["type"] == 18 else {"components": [sent]}))
    if left:
        raise NotOfferedError(f"the form has no {sorted(left)}, but {sorted(modal.fields)}")
    return {"custom_id": modal.custom_id, "components": parts, "resolved": resolved}


def modal_default(part: Json) -> Any:
    """What an input holds when it opens."""
    kind = part["type"]
    if kind == TEXT_INPUT:
        return part.get("value") or ""
    if kind == CHECKBOX:
        return bool(part.get("default"))
    defaults = [option["value"] for option in part.get("options", []) if option.get("default")]
    if kind == RADIO_GROUP:
        return defaults[0] if defaults else None
    return defaults


def _filled(part: Json, value: Any, label: str, resolved: Json, world: World) -> Json:
    kind, required = part["type"], part.get("required", True)
    if kind == TEXT_INPUT:
        least, most = part.get("min_length") or 0, part.get("max_length") or 4000
        if required and not value:
            raise NotOfferedError(f"{label!r} must be filled in")
        if value and not max(least, 1 if required else 0) <= len(value) <= most:
            raise NotOfferedError(f"{label!r} takes {least} to {most} characters, not {len(value)}")
        return {"value": value}
    if kind == CHECKBOX:
        return {"value": bool(value)}
    if kind == RADIO_GROUP:
        if value is None:
            if required:
                raise NotOfferedError(f"{label!r} must be chosen")
            return {"value": None}
        return {"value": chosen(part | {"min_values": 1, "max_values": 1}, [value])[0]}
    if kind == UPLOAD:
        return {
            "values": [
                _uploaded(name, data, resolved, world) for name, data in cast("dict[str, bytes]", value or {}).items()
            ]
        }
    listed = _listed(value)
    if not listed and not required:
        return {"values": []}
    if kind == CHECKBOX_GROUP or kind in SELECTS:
        return {"values": chosen(part, listed)}
    raise AssertionError(f"a form with a component of type {kind}")


def _uploaded(name: str, data: bytes, resolved: Json, world: World) -> str:
    attachment = world.add_file(name, data, ephemeral=True)
    resolved.setdefault("attachments", {})[str(attachment.id)] = attachment.payload()
    return str(attachment.id)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(cast("list[Any]", value))
    return [] if value is None else [value]
