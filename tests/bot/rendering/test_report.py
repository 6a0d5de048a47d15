"""The report: whole, alone, safe whatever people wrote, readable by everyone, and silent where few people are meant."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from PIL import Image

from bot.catalogue import FALLBACK, LANGUAGES, Speech, texts
from bot.charts import speech_of_pictures, tally_chart
from bot.charts.drawing import ON_DARK
from bot.rendering.html import report_html
from bot.rendering.html.markup import Markup, tag
from engine.deliberation import commands as c
from engine.deliberation.events import AnyEvent
from engine.deliberation.evolve import fold
from engine.deliberation.rounds import draft_job
from engine.report import Piece, word_diff, wording_history
from engine.report.rules import RULES
from storage.export import read_events
from tests.engine.deliberation.world import World, drafted
from tests.storage.logged import opened, spoken
from tests.storage.polled import polled

VOID = {"meta", "br", "hr", "path", "use", "rect", "circle"}
ALLOWED_URLS = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


class Page(HTMLParser):
    """What a browser finds in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.tags if found == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


async def page_of(tmp_path: Path, voters: int = 24) -> tuple[str, Page]:
    text = report_html(read_events(await polled(voters).exported(tmp_path)), head="ab" * 32)
    return text, Page(text)


def rich_page() -> Page:
    """Predictions for twelve members in two groups, two rounds and a poll."""
    return Page(report_html(rich()))


def rich(**settings: object) -> list[AnyEvent]:
    world = World(shortlist=2, **settings)
    for number in range(12):
        world.say(f"m{number}", f"{number} thinks so")
    world.draft()
    world.do(c.OpenCritique, moderator="mod")
    world.do(c.GiveCritique, member="m0", text="And the bus?")
    world.draft()
    world.open_poll()
    for number in range(12):
        world.vote(f"v{number}", 1 + number % 7, 7 - number % 7, reason="No.", publish=True)
    world.close_poll()
    return world.events


async def test_nothing_is_loaded_and_nothing_can_run(tmp_path: Path) -> None:
    text, page = await page_of(tmp_path)
    assert "<script>alert(1)</script>" not in text
    assert {"script", "link", "img", "iframe", "object", "image", "form"}.isdisjoint(name for name, _ in page.tags)
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on")]
    assert set(re.findall(r"https?://[^\s\"'<)]+", text)) <= ALLOWED_URLS
    assert "url(" not in re.sub(r"url\(#", "", text)
    (policy,) = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><svg onload=alert(1)>",
    "javascript:alert(1)",
    "\u202eright to left\u202c \u2067שלום",
    "🚲" * 4000,
    "&lt;b&gt;",
)


@pytest.mark.parametrize("words", HOSTILE, ids=[word[:12] for word in HOSTILE])
def test_whatever_people_write_is_shown_as_they_wrote_it(words: str) -> None:
    world = World()
    world.say("m0", words)
    world.say("m1", "Yes")
    world.do(c.StartDraft, seed=7)
    result = drafted(draft_job(world.state), drafts=0, agreement=(0.9, 0.1))
    world.do(c.RecordDraft, result=result)
    page = Page(report_html(world.events))
    shown = "".join(char for char in words if char not in "\u202e\u202c\u2067")
    assert shown in page.text
    assert {"script", "img"}.isdisjoint(name for name, _ in page.tags)


def test_ids_are_unique_and_every_reference_leads_somewhere() -> None:
    page = rich_page()
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for _, attributes in page.tags:
        for key in ("href", "xlink:href", "aria-labelledby"):
            target = attributes.get(key)
            if target is not None:
                assert target.removeprefix("#") in ids


def test_every_chart_has_a_name_a_text_and_its_numbers() -> None:
    page = rich_page()
    pictures = [attributes for attributes in page.all("svg") if attributes.get("role") == "img"]
    assert len(pictures) >= 4
    assert len(page.all("figcaption")) == len(page.all("figure")) == len(pictures)
    assert len(page.all("svg")) == len(pictures)
    assert len(page.all("details")) >= len(pictures)
    for cell in page.all("th"):
        assert cell["scope"] in ("col", "row")


def test_headings_leave_no_level_out_and_the_language_is_named() -> None:
    page = rich_page()
    levels = [int(name[1]) for name, _ in page.tags if re.fullmatch(r"h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.all("html") == [{"lang": "en"}]
    for region in (attributes for attributes in page.all("div") if attributes.get("class") == "wide"):
        assert (region["tabindex"], region["role"]) == ("0", "region")


ALIKE = {
    "Accord",
    "AI",
    "Polis",
    "means",
    "verify",
    "py",
    "Python",
    "SHA",
    "Habermas",
    "Machine",
    "candidates",
    "csv",
    "influence",
    "json",
}
"""Words that are written alike in every language."""
SAID = "Where do the bins go? Draft thinks so And the bus? No. none as shipped"


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != FALLBACK])
def test_a_report_is_in_the_deliberations_language_with_its_charts(language: str) -> None:
    page = Page(report_html(rich(language=language), head="ab" * 32))
    assert page.all("html") == [{"lang": {"zh": "zh-Hans"}.get(language, language)}]
    charts = [text for key, text in texts(language).items() if key.startswith("report.chart.") and "{" not in text]
    assert sum(text in page.text for text in charts) >= 8
    assert not [text for text in texts().values() if len(text) > 12 and text in page.text]
    latin = set(re.findall(r"[A-Za-z]{2,}", page.text.replace("ab" * 32, "")))
    assert latin <= {*ALIKE, *re.findall(r"[A-Za-z]+", " ".join((SAID, *RULES)))}


def test_words_in_a_language_that_the_page_is_not_in_say_so() -> None:
    page = Page(report_html(rich(language="de-AT")))
    assert page.all("html") == [{"lang": "en"}]
    assert {attributes.get("lang") for attributes in page.all("span") if attributes.get("dir")} == {"de-AT"}
    own = Page(report_html(rich(language="en-GB")))
    assert {attributes.get("lang") for attributes in own.all("span")} == {None}


def test_charts_keep_their_words_where_no_font_for_them_is_installed() -> None:
    chart = tally_chart(Speech("ja"), (1, 0, 0, 2, 3, 4, 5))
    plain = chart.svg()  # sets the fonts
    drawing: Any = matplotlib
    with drawing.rc_context({"font.family": ["DejaVu Sans"]}):
        assert "どちらかといえば賛成" in chart.svg()
        assert speech_of_pictures(Speech("ja")) == Speech()
        assert speech_of_pictures(Speech()) == Speech()
    assert "どちらかといえば賛成" in plain


def test_the_wordings_history_shows_what_was_added_and_removed() -> None:
    pieces = word_diff("We meet at home.", "We meet at the library, at five.")
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == "We meet at the library, at five."
    assert "".join(piece.text for piece in pieces if piece.change != "added") == "We meet at home."


def test_another_sentence_is_shown_as_one_change() -> None:
    said, was, now = (
        "Sunday afternoons would do. ",
        "Close it as a trial, in summer.",
        "We want it as long as carers get in.",
    )
    assert [(piece.change, piece.text) for piece in word_diff(said + was, said + now)] == [
        ("same", said),
        ("removed", was[:-1]),
        ("added", now[:-1]),
        ("same", "."),
    ]
    assert word_diff(now, now) == (Piece("same", now),)
    assert word_diff("", now) == (Piece("added", now),)


def test_the_history_ends_with_what_the_ballots_chose() -> None:
    world = World(shortlist=2, rounds=1)
    for number in range(6):
        world.say(f"m{number}")
    world.draft()
    world.open_poll()
    for number in range(6):
        world.vote(f"v{number}", 2, 7)
    world.close_poll()
    history = wording_history(world.state)
    assert [(one.text, one.by, one.place) for one in history] == [("Draft 0", "rule", 1), ("Draft 1", "ballots", 2)]
    assert world.state.outcome is not None
    assert history[-1].candidate == world.state.outcome.statement
    page = Page(report_html(world.events))
    assert "The ballots chose this machine draft, which the rule had put in place 2" in page.text
    assert [tag for tag, _ in page.tags if tag in ("ins", "del")] == ["del", "ins"]


def test_the_history_tells_once_what_the_ballots_chose_as_well() -> None:
    world = World(shortlist=2, rounds=1)
    world.say("m0")
    world.draft()
    world.open_poll()
    for number in range(6):
        world.vote(f"v{number}", 7, 2)
    world.close_poll()
    assert [one.by for one in wording_history(world.state)] == ["rule"]


async def test_below_the_threshold_nobodys_ballot_can_be_told(tmp_path: Path) -> None:
    _, page = await page_of(tmp_path, voters=4)
    assert "Fewer than 5 people voted" in page.text
    assert "Ballots by grade" not in page.text
    assert "of the ballots agree" not in page.text
    assert "are against" not in page.text


async def test_four_members_predictions_are_not_told_either(tmp_path: Path) -> None:
    _, page = await page_of(tmp_path)  # 24 vote, but only four spoke
    assert "Predicted agreement is not told here" in page.text
    assert "Where members stand" not in page.text


@pytest.mark.parametrize("events", [opened().events, spoken(["One."]).events, spoken(["One.", "Two."]).events])
def test_a_deliberation_that_hardly_began_has_a_report(events: tuple[AnyEvent, ...]) -> None:
    page = Page(report_html(events))
    assert "Not decided yet" in page.text


def test_a_forgotten_member_leaves_nothing_in_the_report() -> None:
    events = rich()
    before = report_html(events)
    assert "m0" not in before.replace("m0.", "")
    world = World()
    world.say("m0", "My words")
    world.do(c.ForgetMember, member="m0", voter="v0")
    assert "My words" not in report_html(world.events)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


STYLE = (Path(__file__).parents[3] / "bot/rendering/html/report.css").read_text(encoding="utf-8")
THEMES = [
    dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
]


@pytest.mark.parametrize("theme", [*THEMES, {**ON_DARK, "raised": ON_DARK["ground"]}], ids=["light", "dark", "png"])
def test_contrast_is_as_wcag_aa_asks_for(theme: dict[str, str]) -> None:
    for ground in (theme["ground"], theme["raised"]):
        for name in ("ink", "quiet", "link"):
            assert name not in theme or contrast(theme[name], ground) >= 4.5
    for name in ("agree", "middle", "against", "first", "second", "third", "soft"):
        if name != "soft" or "link" in theme:
            assert contrast(theme[name], theme["ground"]) >= 3 or name == "middle"
    for name in ("added", "removed"):
        assert name not in theme or contrast(theme["ink"], theme[name]) >= 4.5


def test_a_picture_for_discord_comes_with_its_numbers_in_words() -> None:
    picture, alt = tally_chart(Speech(), (1, 0, 0, 2, 3, 4, 5)).png()
    assert picture.startswith(b"\x89PNG")
    image = Image.open(io.BytesIO(picture))
    assert image.width >= 800
    assert image.convert("RGBA").getpixel((0, 0)) == (0x1E, 0x1F, 0x22, 255)  # in Discord's light theme as well
    assert alt.startswith("15 ballots. 7 strongly agree: 5")
    assert len(alt) < 1024  # what Discord takes


def test_text_that_is_no_markup_is_escaped() -> None:
    assert tag("p", "<b>", title='"') == '<p title="&quot;">&lt;b&gt;</p>'
    assert tag("p", Markup("<b>x</b>")) == "<p><b>x</b></p>"


def test_the_same_log_makes_the_same_report() -> None:
    events = rich()
    assert report_html(events) == report_html(events)
    assert fold(events).outcome is not None


def nobody_voted(world: World) -> None:
    world.draft()
    world.open_poll()
    world.close_poll()


def keep_things(world: World) -> None:
    world.draft()
    world.open_poll()
    for number in range(6):
        world.vote(f"v{number}", 1, 2)
    world.close_poll()


def withdrawn(world: World) -> None:
    world.draft()
    world.do(c.Withdraw, reason="<b>No</b> longer needed", moderator="mod")


def expired(world: World) -> None:
    keep_things(world)
    world.now += 10**12
    world.do(c.Expire)


def forgotten_in_the_poll(world: World) -> None:
    world.draft()
    world.open_poll()
    for number in range(6):
        world.vote(f"v{number}", 6, 7)
    world.do(c.ForgetMember, member="m0", voter="v0")
    world.close_poll()


def statement_hidden(world: World) -> None:
    selected = world.draft()
    world.do(c.Hide, text=selected.winner, moderator="mod")


@pytest.mark.parametrize(
    ("course", "says"),
    [
        (nobody_voted, "No decision"),
        (keep_things, "keep things as they are"),
        (withdrawn, "<b>No</b> longer needed"),
        (expired, "Not adopted"),
        (forgotten_in_the_poll, "Adopted"),
        (statement_hidden, "these words are shown no more"),
    ],
)
def test_however_it_went_there_is_a_report(course: Callable[[World], None], says: str) -> None:
    world = World(shortlist=2, rounds=1)
    for number in range(7):
        world.say(f"m{number}")
    course(world)
    assert says in Page(report_html(world.events)).text
