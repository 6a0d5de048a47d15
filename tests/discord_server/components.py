"""Which components Discord takes in a message or a modal: nesting, lengths, counts, ids.

Limits are those of https://docs.discord.com/developers/components/reference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Set
from typing import Any, cast

from tests.discord_server import visible
from tests.discord_server.refusing import Form, Json, objects

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (STRING_SELECT, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LABEL, UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23
TOP_LEVEL_V2 = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
IN_LABEL = (TEXT_INPUT, *SELECTS, UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)

MOST_COMPONENTS, MOST_TEXT = 40, 4000
"""In a V2 message: components in all, nested ones included, and characters of all its texts."""


def check_message(form: Form, components: Any, *, v2: bool, files: Set[str]) -> None:
    """Note what is wrong with a message's components; `files` are the names that attachment:// may point to."""
    if not form.count("components", components, 0, MOST_COMPONENTS if v2 else 5):
        return
    parts = cast("list[Json]", components)
    everything = list(visible.walk(parts))
    if v2:
        if len(everything) > MOST_COMPONENTS:
            form.wrong(
                "components",
                "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
                f"The total number of components is over {MOST_COMPONENTS}.",
            )
        if sum(len(part.get("content") or "") for part in everything if part.get("type") == TEXT) > MOST_TEXT:
            form.wrong(
                "components",
                "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
                f"The text of all components is over {MOST_TEXT}.",
            )
    check = _Check(form, files)
    for number, part in enumerate(parts):
        check.one(f"components.{number}", part, TOP_LEVEL_V2 if v2 else (ROW,), in_modal=False)
    check.no_repeats("components", everything)


def check_modal(form: Form, modal: Json) -> None:
    """Note what is wrong with a modal."""
    form.length("data.title", modal.get("title"), 1, 45)
    form.length("data.custom_id", modal.get("custom_id"), 1, 100)
    if not form.count("data.components", modal.get("components"), 1, 5):
        return
    parts = cast("list[Json]", modal["components"])
    check = _Check(form, frozenset())
    for number, part in enumerate(parts):
        check.one(f"data.components.{number}", part, (LABEL, ROW, TEXT), in_modal=True)
    check.no_repeats("data.components", list(visible.walk(parts)))


class _Check:
    def __init__(self, form: Form, files: Set[str]) -> None:
        self._form, self._files = form, files
        kinds: dict[int, Callable[[str, Json, bool], None]] = {
            ROW: self._row,
            BUTTON: self._button,
            TEXT_INPUT: self._text_input,
            SECTION: self._section,
            TEXT: self._text,
            THUMBNAIL: self._thumbnail,
            GALLERY: self._gallery,
            FILE: self._file,
            SEPARATOR: self._separator,
            CONTAINER: self._container,
            LABEL: self._label,
            UPLOAD: self._upload,
            RADIO_GROUP: self._choices,
            CHECKBOX_GROUP: self._choices,
            CHECKBOX: self._custom_id,
        }
        self._kinds = kinds | dict.fromkeys(SELECTS, self._select)

    def one(self, field: str, part: Any, allowed: tuple[int, ...], *, in_modal: bool) -> None:
        kind = cast("Json", part).get("type") if isinstance(part, dict) else None
        if kind not in allowed:
            self._form.wrong(
                f"{field}.type", "UNION_TYPE_CHOICES", f"Value of field 'type' must be one of {allowed}, not {kind}."
            )
            return
        self._kinds[cast("int", kind)](field, cast("Json", part), in_modal)

    def no_repeats(self, field: str, parts: list[Json]) -> None:
        for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
            for value, times in Counter(part[key] for part in parts if part.get(key)).items():
                if times > 1:
                    self._form.wrong(field, code, f"Component {key} {value!r} is there {times} times.")

    def _inside(self, field: str, part: Json, least: int, most: int, allowed: tuple[int, ...], in_modal: bool) -> None:
        if self._form.count(f"{field}.components", part.get("components"), least, most):
            for number, inner in enumerate(part["components"]):
                self.one(f"{field}.components.{number}", inner, allowed, in_modal=in_modal)

    def _row(self, field: str, row: Json, in_modal: bool) -> None:
        if in_modal:
            self._inside(field, row, 1, 1, (TEXT_INPUT,), in_modal)
            return
        self._inside(field, row, 1, 5, (BUTTON, *SELECTS), in_modal)
        kinds = [inner.get("type") for inner in objects(row, "components")]
        if len(kinds) > 1 and any(kind in SELECTS for kind in kinds):
            self._form.wrong(f"{field}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select fills its row.")

    def _custom_id(self, field: str, part: Json, in_modal: bool = False) -> None:
        self._form.length(f"{field}.custom_id", part.get("custom_id"), 1, 100)

    def _optional(self, field: str, part: Json, key: str, most: int, least: int = 0) -> None:
        if part.get(key) is not None:
            self._form.length(f"{field}.{key}", part[key], least, most)

    def _button(self, field: str, button: Json, in_modal: bool) -> None:
        style = button.get("style")
        if style not in (1, 2, 3, 4, 5, 6):
            self._form.wrong(f"{field}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}.")
        elif style == 5:
            self._form.length(f"{field}.url", button.get("url"), 1, 512)
            if button.get("custom_id"):
                self._form.wrong(field, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A link has no custom id.")
        elif style != 6:
            self._custom_id(field, button)
            if button.get("url"):
                self._form.wrong(field, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "Only a link has a url.")
        self._optional(field, button, "label", 80)
        if style != 6 and not visible.label_of(button):
            self._form.wrong(field, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button needs a label or an emoji.")

    def _select(self, field: str, select: Json, in_modal: bool) -> None:
        self._custom_id(field, select)
        self._optional(field, select, "placeholder", 150)
        if in_modal and select.get("disabled"):
            self._form.wrong(f"{field}.disabled", "MODAL_SELECT_DISABLED", "A select in a modal cannot be disabled.")
        most = 25
        if select["type"] == STRING_SELECT:
            self._options(field, select, 25)
            most = max(1, len(objects(select, "options")))
            if sum(bool(option.get("default")) for option in objects(select, "options")) > select.get("max_values", 1):
                self._form.wrong(field, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", "More defaults than may be chosen.")
        self._range(field, select, most)

    def _range(self, field: str, part: Json, most: int, usual_most: int = 1) -> None:
        least_chosen, most_chosen = part.get("min_values", 1), part.get("max_values", usual_most)
        if least_chosen is None or most_chosen is None:
            return
        if (
            self._form.number(f"{field}.min_values", least_chosen, 0, most)
            and self._form.number(f"{field}.max_values", most_chosen, 1, most)
            and least_chosen > most_chosen
        ):
            self._form.wrong(field, "SELECT_COMPONENT_MIN_VALUES_OVER_MAX", "min_values is over max_values.")

    def _options(self, field: str, part: Json, most: int, least: int = 1) -> None:
        if not self._form.count(f"{field}.options", part.get("options"), least, most):
            return
        options = cast("list[Json]", part["options"])
        for number, option in enumerate(options):
            place = f"{field}.options.{number}"
            self._form.length(f"{place}.label", option.get("label"), 1, 100)
            self._form.length(f"{place}.value", option.get("value"), 1, 100)
            self._optional(place, option, "description", 100)
        for value, times in Counter(option.get("value") for option in options).items():
            if times > 1:
                self._form.wrong(
                    f"{field}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", f"{value!r} is there twice."
                )

    def _choices(self, field: str, part: Json, in_modal: bool) -> None:
        self._custom_id(field, part)
        if part["type"] == RADIO_GROUP:
            self._options(field, part, 10, least=2)
        else:
            self._options(field, part, 10)
            count = len(objects(part, "options"))
            self._range(field, part, count, usual_most=count)

    def _upload(self, field: str, part: Json, in_modal: bool) -> None:
        self._custom_id(field, part)
        self._range(field, part, 10)

    def _text_input(self, field: str, part: Json, in_modal: bool) -> None:
        self._custom_id(field, part)
        in_label = not field.rpartition(".")[2].isdigit()
        if in_label:
            if part.get("label"):
                self._form.wrong(
                    f"{field}.label", "TEXT_INPUT_LABEL_IN_LABEL", "Inside a label, only the label has words."
                )
        else:
            self._form.length(f"{field}.label", part.get("label"), 1, 45)
        if part.get("style") not in (1, 2):
            self._form.wrong(f"{field}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
        self._optional(field, part, "placeholder", 100)
        least, most = part.get("min_length") or 0, part.get("max_length") or 4000
        self._form.number(f"{field}.min_length", least, 0, 4000)
        self._form.number(f"{field}.max_length", most, 1, 4000)
        if least > most:
            self._form.wrong(f"{field}.min_length", "TEXT_INPUT_MIN_OVER_MAX", "min_length is over max_length.")
        if part.get("value"):
            self._form.length(f"{field}.value", part["value"], least, most)

    def _label(self, field: str, part: Json, in_modal: bool) -> None:
        self._form.length(f"{field}.label", part.get("label"), 1, 45)
        self._optional(field, part, "description", 100)
        self.one(f"{field}.component", part.get("component"), IN_LABEL, in_modal=in_modal)

    def _section(self, field: str, part: Json, in_modal: bool) -> None:
        self._inside(field, part, 1, 3, (TEXT,), in_modal)
        self.one(f"{field}.accessory", part.get("accessory"), (BUTTON, THUMBNAIL), in_modal=in_modal)

    def _text(self, field: str, part: Json, in_modal: bool) -> None:
        self._form.length(f"{field}.content", part.get("content"), 1, MOST_TEXT)

    def _media(self, field: str, media: Any, *, local_only: bool = False) -> None:
        url = cast("Json", media).get("url") if isinstance(media, dict) else None
        if not self._form.length(f"{field}.url", url, 1, 2048):
            return
        scheme, _, rest = cast("str", url).partition("://")
        if scheme == "attachment":
            if rest not in self._files:
                self._form.wrong(
                    f"{field}.url",
                    "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                    f"No file {rest!r} is attached.",
                )
        elif local_only or scheme not in ("http", "https"):
            self._form.wrong(f"{field}.url", "URL_TYPE_INVALID_SCHEME", f"Scheme {scheme!r} is not supported.")

    def _thumbnail(self, field: str, part: Json, in_modal: bool) -> None:
        self._media(f"{field}.media", part.get("media"))
        self._optional(field, part, "description", 1024, least=1)

    def _gallery(self, field: str, part: Json, in_modal: bool) -> None:
        if self._form.count(f"{field}.items", part.get("items"), 1, 10):
            for number, item in enumerate(part["items"]):
                self._media(f"{field}.items.{number}.media", item.get("media"))
                self._optional(f"{field}.items.{number}", item, "description", 1024, least=1)

    def _file(self, field: str, part: Json, in_modal: bool) -> None:
        self._media(f"{field}.file", part.get("file"), local_only=True)

    def _separator(self, field: str, part: Json, in_modal: bool) -> None:
        if part.get("spacing", 1) not in (1, 2):
            self._form.wrong(f"{field}.spacing", "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")

    def _container(self, field: str, part: Json, in_modal: bool) -> None:
        self._inside(field, part, 1, MOST_COMPONENTS, IN_CONTAINER, in_modal)
        if part.get("accent_color") is not None:
            self._form.number(f"{field}.accent_color", part["accent_color"], 0, 0xFFFFFF)
