"""Hostile text is shown as text: on the screen and in the summary."""

from __future__ import annotations

import io

import pytest
from rich.panel import Panel

from bot.rendering.console import console
from bot.rendering.escaping import isolated, markdown, plain, shown


def printed(thing: object) -> str:
    out = io.StringIO()
    console(file=out, width=200, force_terminal=False).print(thing)
    return out.getvalue()


@pytest.mark.parametrize("text", ["[bold]loud[/bold]", "[/]", ":smile: 42 'x'", "[link=http://x]y[/link]"])
def test_brackets_are_no_markup(text: str) -> None:
    assert text in printed(shown(text))
    assert text in printed(text)
    assert text in printed(Panel(shown(text), title=shown(text)))


def test_control_characters_and_escape_sequences_do_not_reach_the_terminal() -> None:
    assert plain("a\x1b[2Jb\x07c\r\nd\x9b31me\u2028f") == "a [2Jb c d 31me f"


def test_direction_overrides_are_taken_out_and_right_to_left_words_stay_in_their_stretch() -> None:
    assert plain("safe\u202egpj.exe\u2069") == "safegpj.exe"
    assert isolated("שלום world") == "\u2068שלום world\u2069"
    assert isolated("plain words 🚲") == "plain words 🚲"


def test_half_characters_of_file_names_can_be_printed() -> None:
    assert plain("\udcff.csv").encode() == "\ufffd.csv".encode()


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("# not a heading", r"\# not a heading"),
        ("- not a list", r"\- not a list"),
        ("1. not a list", r"1\. not a list"),
        ("=====", r"\====="),
        ("**loud** _x_ `c`", r"\*\*loud\*\* \_x\_ \`c\`"),
        ("![x](http://evil)", r"\!\[x\](http&#58;//evil)"),
        ("<script>&lt;", r"\<script\>\&lt;"),
        ("www.evil.example", "www&#46;evil.example"),
        ("a|b\n\n# c", r"a\|b \# c"),
    ],
)
def test_markdown_is_taken_literally(text: str, literal: str) -> None:
    assert markdown(text) == literal
