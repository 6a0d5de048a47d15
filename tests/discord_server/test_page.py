"""Pictures of what people see: the words are all there, and nothing in them becomes markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from tests.discord_server import markdown, picture
from tests.discord_server.a_bot import QUESTION, Bot
from tests.discord_server.client import running
from tests.discord_server.page import page
from tests.discord_server.server import LoopbackDiscord

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** and *slanted*", "<p><b>bold</b> and <i>slanted</i></p>"),
        ("## Title\n-# small", "<h2>Title</h2><small>small</small>"),
        ("> said [[1]](https://a.example)", '<blockquote>said <a href="https://a.example">[1]</a></blockquote>'),
        ("- one\n- ~~two~~", "<li>one</li><li><s>two</s></li>"),
        (r"\*not\* \<b\>", "<p>*not* &lt;b&gt;</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("```\n7 █ 2\n```", "<pre>7 █ 2</pre>"),
        ("||secret||", '<p><span class="spoiler">secret</span></p>'),
        ("<@7>", '<p><span class="mention">@7</span></p>'),
        ("<t:1795269600:R>", '<p><span class="mention">in 2 hours</span></p>'),
        ("<t:1795262400:f>", '<p><span class="mention">21 November 2026 12:00</span></p>'),
    ],
)
def test_markdown_is_shown_as_discord_shows_it(text: str, shown: str):
    assert markdown.to_html(text, NOON, lambda sign, number: f"{sign}{number}") == shown


async def test_a_page_holds_all_that_can_be_read(server: LoopbackDiscord, tmp_path: Path):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada <b>")
    async with running(Bot(), server.token):
        await ada.slash(channel, "deliberation open", question=QUESTION, forced=True)
        (thread,) = guild.threads()
        form = (await ada.clicks(thread.pins[0], "Share my opinion")).modal
        said = await ada.says(thread, f"{server.bot.mention} **hi** <i>")
    drawn = page([thread.pins[0], form, said], server.clock.now(), open_selects=True)
    read = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", drawn.partition("</style>")[2]))
    for words in (QUESTION, "0 have spoken", "Share my opinion", "Your opinion", "What do you think?", "@Accord", "hi"):
        assert words in read
    assert "<i>" not in drawn
    assert "Ada &lt;b&gt;" in drawn


@pytest.mark.skipif(picture.browser() is None, reason="no Chromium on this machine")
async def test_a_picture_is_cut_to_what_is_on_it(server: LoopbackDiscord, tmp_path: Path):
    guild = server.guild()
    message = await guild.member("Ada").says(guild.text_channel(), "hello")
    await picture.draw(page([message], server.clock.now()), tmp_path / "one.png")
    with Image.open(tmp_path / "one.png") as drawn:
        assert drawn.width == 1360
        assert 80 < drawn.height < 400
