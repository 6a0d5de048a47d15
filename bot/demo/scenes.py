"""What each step of the demonstration looks like. Members' screens and the view behind the scenes are told apart."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.catalogue import ENGLISH, say
from bot.demo.thread import ScriptedMember
from bot.rendering.escaping import plain, shown
from bot.rendering.result import minority_line
from bot.rendering.round import rejected_line
from engine.deliberation.drafts import DraftResult
from engine.deliberation.events import KEEP_THINGS
from engine.deliberation.profile import profile_of
from engine.deliberation.state import Draft, State
from engine.report import chosen_under, rejections, sourced_sentences, statement_text, weight_of_minority, word_diff
from welfare import MinorityWeight

SHOWN = 5
LONGEST_IN_TABLE = 88
"""Characters of a candidate that did not win; its whole text is in the log."""
HIGH, LOW = 0.6, 0.4

Names = Mapping[str, str]
"""What members are called, by pseudonym."""


def panel(body: RenderableType, title: str, style: str) -> Panel:
    """The frame of every screen."""
    return Panel(body, title=Text(title, f"bold {style}"), title_align="left", border_style=style, padding=(0, 2))


def act(title: str) -> RenderableType:
    """A new part of the deliberation."""
    return Rule(Text(title, "bold cyan"), style="cyan", align="left")


def opening(state: State) -> RenderableType:
    """The question and the rules that are fixed from here on."""
    settings = state.settings
    rules = say(
        "demo.rules",
        rule=settings.rule,
        quorum=settings.quorum.ballots,
        share=f"{settings.adoption.agree_share:.0%}",
        against=f"{settings.adoption.strongly_against_share:.0%}",
    )
    body = Group(shown(state.question, "bold"), shown(state.background), Text(), Text(rules, style="dim"))
    return panel(body, say("demo.title"), "cyan")


def speech(name: str, words: str) -> RenderableType:
    """Somebody says something in the thread."""
    row = Table.grid(padding=(0, 1))
    row.add_column(width=6, no_wrap=True)
    row.add_column()
    row.add_row(shown(name, "bold cyan"), shown(words))
    return row


def reactions(person: ScriptedMember) -> RenderableType:
    """How somebody reacted to others' opinions; in a real deliberation nobody else sees it."""
    kinds = {"agrees": person.agrees, "passes": person.passes, "disagrees": person.disagrees}
    told = [say(f"demo.{kind}", members=", ".join(names)) for kind, names in kinds.items() if names]
    return speech(person.name, " · ".join(told))


def drafted(result: DraftResult) -> RenderableType:
    """What the models just did, in one line."""
    seconds = sum(value for step, value in result.timings.items() if not step.endswith("tokens"))
    written = [candidate for candidate in result.candidates if candidate.origin == "drafted"]
    words = say(
        "demo.drafted",
        candidates=len(written),
        rejected=sum(1 for candidate in written if candidate.rejected is not None),
        tokens=int(result.timings.get("drafted_tokens", 0)),
        seconds=f"{seconds:.1f}",
    )
    return _aside(words, "dim")


def card(state: State, names: Names) -> RenderableType:
    """What members see: the draft with the opinions that each sentence rests on, and what it does not hold yet."""
    assert state.statement is not None
    found = state.candidate(state.statement)
    assert found is not None
    status = say("demo.status", spoke=len(state.speakers), eligible=state.settings.eligible, round=state.round)
    body = Group(*statement(state, found.id, names), Text(), Text(status, "dim"))
    return panel(body, say("demo.card", label=say(f"winner.label.{found.origin}")), "yellow")


def statement(state: State, candidate: str, names: Names) -> list[Text]:
    """A statement sentence by sentence, each with those whose opinions it rests on."""
    lines: list[Text] = []
    for sentence in sourced_sentences(state, candidate):
        who = ", ".join(names.get(member, member) for member in sentence.members)
        rests_on = shown(say("winner.rests_on", members=who) if who else say("winner.rests_on_none"), "dim")
        lines.append(Text("  ").join([shown(sentence.text, "bold"), rests_on]))
    return lines


def not_yet_held(state: State, names: Names) -> RenderableType:
    """Whose opinions the shown draft does not hold."""
    who = ", ".join(names.get(state.opinions[opinion].member, "?") for opinion in state.not_yet_held)
    return _aside(say("demo.not_yet_held", members=who), "yellow")


def backstage(state: State, names: Names) -> RenderableType:
    """Candidates with predicted agreement per member, what other rules would choose, and the minority's weight."""
    draft = state.draft
    assert draft is not None
    body = Group(
        Text(say("demo.backstage_note"), "italic"),
        Text(),
        _matrix(state, draft, names),
        Text(),
        Text(rejected_line(len(draft.running), rejections(draft), 5), "dim"),
        Text(_other_rules(draft), "dim"),
        Text(minority_line(weight_of_minority([draft], state.settings.rule), ENGLISH), "dim"),
    )
    return panel(body, say("demo.backstage"), "magenta")


def _matrix(state: State, draft: Draft, names: Names) -> Table:
    profile = profile_of(draft)
    members, mean = profile.members, profile.mean
    place = {candidate.id: index for index, candidate in enumerate(draft.running)}
    table = Table(box=None, pad_edge=False, expand=True, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column(say("table.statement"), ratio=1)
    table.add_column(say("demo.mean"), justify="right", no_wrap=True)
    for member in members:
        table.add_column(plain(names.get(member, member))[:2], justify="right", width=2, no_wrap=True)
    for rank, identifier in enumerate(draft.order[:SHOWN]):
        found = state.candidate(identifier)
        assert found is not None
        column = mean[:, place[identifier]]
        text = shown(
            _shortened(found.text.value or "") if rank else found.text.value or "", "bold" if rank == 0 else ""
        )
        text.append(f"  {say(f'origin.{found.origin}')}", "dim not bold")
        cells = [_percent(float(value)) for value in column]
        table.add_row(text, Text(f"{column.mean():.0%}", "bold"), *cells)
    return table


def _percent(value: float) -> Text:
    style = "green" if value >= HIGH else "red" if value < LOW else "yellow"
    return Text(f"{min(99, round(100 * value))}", style)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_IN_TABLE else text[: LONGEST_IN_TABLE - 1].rstrip() + "…"


def _other_rules(draft: Draft) -> str:
    chosen = chosen_under(draft)
    rank = {candidate: number for number, candidate in enumerate(draft.order, start=1)}
    return say(
        "result.other_rules",
        winners=", ".join(f"{rule} → {say('result.place', place=rank[winner])}" for rule, winner in chosen.items()),
    )


def change(before: str, after: str) -> RenderableType:
    """What the revision changed, word by word; nothing is said by colour alone."""
    if before == after:
        return _aside(say("demo.unchanged"), "")
    line = Text()
    for piece in word_diff(before, after):
        if piece.change == "same":
            line.append_text(shown(piece.text))
        elif piece.change == "removed":
            line.append("[− ", "red").append_text(shown(piece.text.strip(), "red strike")).append("] ", "red")
        else:
            line.append("[+ ", "green").append_text(shown(piece.text.strip(), "green")).append("] ", "green")
    return panel(line, say("demo.changed"), "cyan")


def poll_opens(state: State) -> RenderableType:
    """What is voted on."""
    options = Table.grid(padding=(0, 1))
    for number, option in enumerate(state.options, start=1):
        words = say("demo.keep_things") if option == KEEP_THINGS else statement_text(state, option)
        options.add_row(f"{number}.", shown(words, "bold"))
    note = Text(say("demo.simulated_ballots"), "bold yellow")
    return panel(Group(options, Text(), Text(say("demo.scale"), "dim"), note), say("demo.poll"), "cyan")


def turnout(state: State) -> RenderableType:
    """How many voted; never how."""
    voted, eligible = state.turnout, state.settings.eligible or 0
    return _aside(
        f"{'●' * voted}{'○' * (eligible - voted)} {say('demo.turnout', voted=voted, eligible=eligible)}", "dim"
    )


def minority(weight: MinorityWeight | None) -> RenderableType:
    """What drafting, selection and revision did to a minority's share."""
    return _aside(minority_line(weight, ENGLISH), "dim")


def _aside(words: str, style: str) -> RenderableType:
    """A line that nobody in the thread said."""
    return Padding(shown(words, style), (0, 0, 0, 7))
