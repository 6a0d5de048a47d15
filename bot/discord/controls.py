"""Buttons, selects and modals by their `custom_id`. None has a callback: `router` reads what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import discord
from discord import ui

from bot.discord.custom_ids import custom_id
from bot.discord.wording import LABEL, MODAL_TITLE, OPTION_LABEL, cut

Style = discord.ButtonStyle


def button(
    label: str, verb: str, deliberation: str, *rest: str, style: Style = Style.secondary, emoji: str | None = None
) -> ui.Button[Any]:
    """A button that asks for `verb`."""
    return ui.Button(label=cut(label, 80), custom_id=custom_id(verb, deliberation, *rest), style=style, emoji=emoji)


def option(label: str, value: str, description: str | None = None, *, chosen: bool = False) -> discord.SelectOption:
    """One line of a select."""
    short = None if description is None else cut(description, OPTION_LABEL)
    return discord.SelectOption(label=cut(label, OPTION_LABEL), value=value, description=short, default=chosen)


def select(
    placeholder: str, options: Sequence[discord.SelectOption], verb: str, deliberation: str, *rest: str
) -> ui.Select[Any]:
    """A select of one that asks for `verb` with the value chosen."""
    return ui.Select(
        placeholder=cut(placeholder, 150),
        options=list(options)[:25],
        custom_id=custom_id(verb, deliberation, *rest),
    )


def row_view(*items: ui.Item[Any]) -> ui.View:
    """Some controls under an ephemeral message."""
    view = ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view


class Form(ui.Modal):
    """A modal whose submission is read by its custom_id, so that it survives a restart and a second person's copy."""

    def __init__(self, title: str, verb: str, deliberation: str, *rest: str) -> None:
        super().__init__(title=cut(title, MODAL_TITLE), custom_id=custom_id(verb, deliberation, *rest), timeout=900)

    def text(
        self,
        name: str,
        label: str,
        *,
        longest: int,
        long: bool = False,
        required: bool = True,
        value: str = "",
        description: str | None = None,
        placeholder: str | None = None,
    ) -> Form:
        """Add a box for words."""
        box: ui.TextInput[Any] = ui.TextInput(
            custom_id=name,
            style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
            max_length=min(longest, 4000),
            required=required,
            default=value or None,
            placeholder=None if placeholder is None else cut(placeholder, 100),
        )
        return self._labelled(label, description, box)

    def choice(
        self,
        name: str,
        label: str,
        options: Sequence[discord.SelectOption],
        *,
        required: bool = True,
        description: str | None = None,
    ) -> Form:
        """Add a select of one."""
        chosen: ui.Select[Any] = ui.Select(custom_id=name, options=list(options)[:25], required=required)
        return self._labelled(label, description, chosen)

    def tick(self, name: str, label: str, description: str | None = None) -> Form:
        """Add a box to tick."""
        box: ui.Checkbox[Any] = ui.Checkbox(custom_id=name)
        return self._labelled(label, description, box)

    def _labelled(self, label: str, description: str | None, component: ui.Item[Any]) -> Form:
        short = None if description is None else cut(description, 100)
        self.add_item(ui.Label(text=cut(label, LABEL), description=short, component=component))
        return self


def values_of(interaction: discord.Interaction[Any]) -> dict[str, Any]:
    """What a submitted modal says, by the names of its fields; also what a select says, under "values"."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    found: dict[str, Any] = {}
    if "values" in data:
        found["values"] = list(data["values"])
    for component in _components(data.get("components") or ()):
        name = component.get("custom_id")
        if name is not None:
            found[str(name)] = component.get("value", component.get("values"))
    return found


def chosen(values: Mapping[str, Any], name: str) -> str | None:
    """The one value of a select in a modal."""
    value = values.get(name)
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return str(items[0]) if items else None
    return None if value is None else str(value)


def _components(given: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    for raw in given:
        component = cast("Mapping[str, Any]", raw)
        if "component" in component:
            yield from _components([component["component"]])
        elif "components" in component:
            yield from _components(component["components"])
        else:
            yield component
