"""Small things by themselves: durations, quoting, rate limits, what comes after a quiet spell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.custom_ids import custom_id, parse
from bot.discord.errors import RefusalError
from bot.discord.limits import RateLimit
from bot.discord.presets import DAY, LONGEST, PRESETS, SHORTEST, made, seconds_of
from bot.discord.wording import cut, quoted
from bot.live.quiet import AfterQuiet


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("48h", 2 * DAY), ("2d 12h", 60 * 3600), ("90min", 5400), ("1w", 7 * DAY), ("1D,6H", 30 * 3600)],
)
def test_durations_are_read_as_people_write_them(written: str, seconds: int) -> None:
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["", "soon", "5", "1 minute", "-2h", "2m", "99w", "2h later"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(RefusalError, match="duration_wrong"):
        seconds_of(written)


@given(st.sampled_from(sorted(PRESETS)), st.integers(SHORTEST, LONGEST), st.integers(1, 9))
def test_the_phases_add_up_to_the_whole_time(preset: str, seconds: int, rounds: int) -> None:
    settings = made(preset, seconds, {"rounds": rounds})
    whole = settings.opinion_seconds + settings.poll_seconds
    if rounds > 1:
        whole += (rounds - 1) * settings.critique_seconds
    assert whole == seconds
    assert settings.notice


@given(st.text(max_size=400))
def test_quoted_words_mention_nobody_and_format_nothing(text: str) -> None:
    shown = quoted(text, 200)
    assert "\n" not in shown
    assert "@everyone" not in shown
    assert "@here" not in shown
    for mark in ("**", "__", "~~", "||", "](", "<@", "<#", "://"):
        assert mark not in shown.replace("\\\\", "")


@given(st.text(max_size=300), st.integers(1, 300))
def test_what_is_cut_keeps_to_its_limit_and_says_so(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")


@given(st.lists(st.text("abc123.", min_size=1, max_size=8), min_size=2, max_size=5))
def test_a_custom_id_comes_back_as_it_was(parts: list[str]) -> None:
    address = parse(custom_id(*parts))
    assert address is not None
    assert [address.verb, address.deliberation, *address.rest] == parts


def test_what_is_not_ours_is_not_parsed() -> None:
    assert parse("somebody:else:1") is None
    assert parse("accord") is None
    assert parse("") is None


def test_a_member_may_do_so_much_in_a_minute_and_others_are_not_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("bot.discord.limits.time.monotonic", lambda: now)
    limit = RateLimit(3)
    for _ in range(3):
        limit.spend(1)
    with pytest.raises(RefusalError) as refused:
        limit.spend(1)
    assert refused.value.parameters == {"seconds": 20}
    limit.spend(2)
    now += 20
    limit.spend(1)
    with pytest.raises(RefusalError):
        limit.spend(1)


async def test_many_requests_in_a_row_lead_to_one_act_once_it_is_quiet() -> None:
    acts: list[str] = []
    quiet = AfterQuiet(noting(acts), 0.05, 60)
    for _ in range(20):
        quiet.ask("card")
    await quiet.settle("card")
    assert acts == ["card"]
    await quiet.close()
    quiet.ask("card")
    await asyncio.sleep(0.1)
    assert acts == ["card"]


async def test_where_it_never_gets_quiet_the_act_comes_at_the_ceiling() -> None:
    acts: list[str] = []
    quiet = AfterQuiet(noting(acts), 300, 0.05)
    async with asyncio.timeout(100):
        while not acts:
            quiet.ask("card")
            await asyncio.sleep(0.01)
    await quiet.close()


def noting(acts: list[str]) -> Callable[[str], Awaitable[None]]:
    async def act(what: str) -> None:
        acts.append(what)

    return act


async def test_what_fails_once_is_done_the_next_time() -> None:
    done: list[str] = []

    async def act(key: str) -> None:
        done.append(key)
        if len(done) == 1:
            raise ValueError(key)

    quiet = AfterQuiet(act, 0, 0)
    quiet.ask("a")
    await quiet.settle("a")
    quiet.ask("a")
    await quiet.settle("a")
    assert done == ["a", "a"]
