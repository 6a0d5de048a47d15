"""What each step of the demonstration looks like. Members' screens and the view behind the scenes are told apart."""

from __future__ import annotations

import difflib
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.catalogue import say
from bot.rendering.escaping import shown
from bot.rendering.round import distribution
from engine.deliberation.events import KEEP_THINGS
from engine.deliberation.receipts import Receipt
from engine.deliberation.state import Draft, State
from engine.drafting.sentences import sentences
from engine.selection import select
from storage.verify import check_receipt, verify
from welfare import find_groups, minorities, minority_weight

COMPARED_RULES = ("nash", "utilitarian", "maximin", "schulze")
SHOWN = 6
BAR = 24


def opening(state: State) -> RenderableType:
    """The question and the rules that are fixed from here on."""
    settings = state.settings
    rules = say(
        "demo.rules",
        rule=settings.rule,
        rounds=settings.rounds,
        quorum=settings.quorum.ballots,
        share=f"{settings.adoption.agree_share:.0%}",
        against=f"{settings.adoption.strongly_against_share:.0%}",
    )
    body = Group(shown(state.question, "bold"), shown(state.background), Text(), Text(rules, style="dim"))
    return Panel(body, title=say("demo.title"), title_align="left", border_style="cyan", padding=(1, 2))


def speech(name: str, words: str) -> RenderableType:
    """Somebody says something in the thread."""
    line = shown(f"{name}: ", "bold cyan")
    line.append_text(shown(words))
    return line


def drafted(candidates: int, rejected: int, tokens: int, timings: dict[str, float]) -> RenderableType:
    """What the models just did."""
    seconds = sum(value for step, value in timings.items() if not step.endswith("tokens"))
    return Text(
        say("demo.drafted", candidates=candidates, rejected=rejected, tokens=tokens, seconds=f"{seconds:.1f}"),
        style="dim",
    )


def statement_text(state: State) -> str:
    """The words of the statement that is shown; empty if there is none."""
    found = state.candidate(state.statement) if state.statement is not None else None
    return found.text.value or "" if found is not None else ""


def card(state: State, names: dict[str, str]) -> RenderableType:
    """What members see: the draft with the opinions that each sentence rests on, and what it does not hold yet."""
    assert state.draft is not None
    found = state.candidate(state.statement) if state.statement is not None else None
    assert found is not None
    lines = _statement_with_sources(state.draft, found.id, found.text.value or "", state, names)
    status = say("demo.status", spoke=len(state.speakers), round=state.round, waiting=len(state.not_yet_held))
    label = say(f"winner.label.{found.origin}")
    body = Group(*lines, Text(), Text(status, style="dim"))
    return Panel(body, title=say("demo.card", label=label), title_align="left", border_style="yellow", padding=(0, 2))


def _statement_with_sources(draft: Draft, candidate: str, text: str, state: State, names: dict[str, str]) -> list[Text]:
    rests_on: dict[int, list[str]] = {}
    for row in draft.rows:
        for source in row.prediction.value.sources if row.prediction.value is not None else ():
            if source.candidate == candidate:
                rests_on.setdefault(source.sentence, []).append(names.get(row.member, row.member))
    lines: list[Text] = []
    for number, sentence in enumerate(sentences(text)):
        who = ", ".join(dict.fromkeys(rests_on.get(number, [])))
        line = shown(sentence, "bold")
        line.append("  ")
        line.append_text(shown(say("winner.rests_on", members=who) if who else say("winner.rests_on_none"), "dim"))
        lines.append(line)
    return lines


def not_yet_held(state: State) -> RenderableType:
    """How many opinions the shown draft does not hold."""
    return Text(say("demo.not_yet_held", count=len(state.not_yet_held)), style="yellow")


def profile(draft: Draft) -> NDArray[np.float64]:
    """Predicted agreement: (members, candidates in the running), in [0, 1]."""
    rows = [row.prediction.value.mean for row in draft.rows if row.prediction.value is not None]
    return np.array(rows, dtype=np.float64)


def backstage(state: State) -> RenderableType:
    """Candidates with predicted agreement per member, what other rules would choose, and the minority's weight."""
    draft = state.draft
    assert draft is not None
    mean = profile(draft)
    place = {candidate.id: index for index, candidate in enumerate(draft.running)}
    table = Table(box=None, pad_edge=False, expand=True, header_style="bold")
    table.add_column(say("table.statement"), ratio=1)
    table.add_column(say("table.origin"), width=9)
    table.add_column(say("demo.mean"), width=5, justify="right")
    table.add_column(say("demo.members"), width=5)
    for number, identifier in enumerate(draft.order[:SHOWN]):
        found = state.candidate(identifier)
        assert found is not None
        column = mean[:, place[identifier]]
        text = shown(found.text.value or "", "bold" if number == 0 else "")
        table.add_row(text, say(f"origin.{found.origin}"), f"{column.mean():.0%}", distribution(column))
    ids = [candidate.id for candidate in draft.running]
    chosen = {rule: select(mean, rule, draft.seed, ids).winner for rule in COMPARED_RULES}
    agreeing = Counter(chosen.values())
    others = say(
        "demo.other_rules",
        rules=", ".join(rule for rule, winner in chosen.items() if winner == draft.order[0]),
        differing=", ".join(rule for rule, winner in chosen.items() if winner != draft.order[0]) or "–",
        winners=len(agreeing),
    )
    rejected = Counter(found.rejected.code for found in draft.candidates if found.rejected is not None)
    why = ", ".join(f"{say(f'rejected.{code}')} {count}" for code, count in rejected.most_common())
    body = Group(
        Text(say("demo.backstage_note"), style="italic"),
        Text(),
        table,
        Text(),
        Text(
            say("table.rejected", running=len(draft.running), rejected=rejected.total(), reasons=why or "–"),
            style="dim",
        ),
        Text(others, style="dim"),
        Text(_minority_line(mean, state.settings.rule), style="dim"),
    )
    return Panel(body, title=say("demo.backstage"), title_align="left", border_style="magenta", padding=(0, 2))


def _minority_line(mean: NDArray[np.float64], rule: str) -> str:
    """The share that the smallest group of like-minded members has in the drafts and in the winner."""
    groups = find_groups(mean, seed=0)
    masks = minorities(groups.labels)
    if not masks:
        return say("demo.no_minority")
    mask = min(masks.values(), key=lambda members: int(members.sum()))
    weight = minority_weight(mean, mask, rule)
    return say(
        "demo.minority",
        members=f"{weight.members:.0%}",
        drafts=f"{weight.drafts:.0%}",
        winner=f"{weight.winner:.0%}",
    )


def critique_opens() -> RenderableType:
    """Members say what is missing."""
    return Rule(say("demo.critique"), style="cyan")


def change(before: str, after: str) -> RenderableType:
    """What the revision changed, word by word; nothing is said by colour alone."""
    line = Text(say("demo.changed") + " ")
    old, new = before.split(), after.split()
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            line.append_text(shown(" ".join(old[i1:i2])) + Text(" "))
            continue
        if i2 > i1:
            line.append_text(Text("[−") + shown(" ".join(old[i1:i2]), "red strike") + Text("] "))
        if j2 > j1:
            line.append_text(Text("[+") + shown(" ".join(new[j1:j2]), "green") + Text("] "))
    return line if before != after else Text(say("demo.unchanged"))


def poll_opens(state: State) -> RenderableType:
    """What is voted on."""
    lines: list[Text] = []
    for number, option in enumerate(state.options, start=1):
        found = state.candidate(option)
        words = say("demo.keep_things") if found is None else found.text.value or ""
        lines.append(shown(f"{number}. {words}", "bold"))
    note = Text(say("demo.simulated_ballots"), style="bold yellow")
    body = Group(*lines, Text(), Text(say("demo.scale"), style="dim"), note)
    return Panel(body, title=say("demo.poll"), title_align="left", border_style="cyan", padding=(0, 2))


def turnout(state: State) -> RenderableType:
    """How many voted; never how."""
    return Text(say("demo.turnout", voted=state.turnout, eligible=state.settings.eligible), style="dim")


def result(state: State) -> RenderableType:
    """The result card: outcome, wording, tally, dissent, who took part."""
    assert state.outcome is not None
    assert state.poll is not None
    assert state.poll.result is not None
    counted = state.poll.result
    outcome = state.outcome.outcome
    candidate = counted.choice if counted.choice != KEEP_THINGS else state.poll.options[0]
    found = state.candidate(candidate)
    text = (state.outcome.text or (found.text.value if found is not None else "")) or ""
    parts: list[RenderableType] = [shown(text, "bold"), Text()]
    parts += tally_bars(counted.tally[candidate], counted.counted)
    parts += [Text(), Text(say("demo.took_part", **_participation(state))), *_dissent(state)]
    colour = {"adopted": "green"}.get(outcome, "yellow")
    return Panel(
        Group(*parts),
        title=say(f"outcome.{outcome}"),
        title_align="left",
        border_style=colour,
        padding=(1, 2),
    )


def tally_bars(counts: tuple[int, ...], voted: int) -> list[Text]:
    """A bar and a number for each grade from 7 down to 1."""
    bars: list[Text] = []
    for grade in range(len(counts), 0, -1):
        count = counts[grade - 1]
        bar = "█" * round(BAR * count / max(1, voted))
        bars.append(Text(f"{grade} {say(f'grade.{grade}'):<20} {bar:<{BAR}} {count}"))
    return bars


def _participation(state: State) -> dict[str, int | None]:
    return {"eligible": state.settings.eligible, "spoke": len(state.speakers), "voted": state.turnout}


def _dissent(state: State) -> list[Text]:
    assert state.poll is not None
    logged = state.poll.dissent
    if logged is None or logged.count == 0:
        return [Text(say("demo.no_dissent"))]
    lines = [Text(), Text(say("demo.dissent", count=logged.count), style="bold")]
    reasons = [found.reason.value for found in logged.dissent if found.reason is not None]
    lines += [Text("  – ") + shown(reason) for reason in reasons if reason is not None]
    silent = logged.count - sum(1 for dissent in logged.dissent if dissent.reason is not None)
    if silent:
        lines.append(Text(say("demo.dissent_private", count=silent), style="dim"))
    return lines


def checked(path: Path, held: Receipt) -> RenderableType:
    """The log, read again from its file and verified; one member's receipt found in the count."""
    found = verify(path)
    parts = [Text(say("verify.whole", records=found.records, head=found.head[:16]))]
    counted = check_receipt(path, held.tag, held.salt)
    parts.append(Text(say("verify.receipt_counted" if counted else "verify.receipt_missing")))
    return Panel(Group(*parts), title=say("demo.checked"), title_align="left", border_style="cyan", padding=(0, 2))
