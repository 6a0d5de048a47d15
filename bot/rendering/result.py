"""The end of a deliberation: outcome, count, dissent, who took part."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.catalogue import ENGLISH, Speech, say
from bot.rendering.escaping import isolated, plain, shown
from engine.deliberation.counting import STATUS_QUO, count
from engine.deliberation.events import KEEP_THINGS, AnyEvent, PollClosed
from engine.deliberation.minority import approved_by, shown_minority
from engine.deliberation.state import Poll, State
from engine.report import counted_statement, statement_text
from engine.selection import Reselection, reselect
from storage.verify import Verification
from welfare import MinorityWeight

BAR = 24


def result_card(state: State, statement_lines: Sequence[Text]) -> RenderableType:
    """The outcome with its numbers; `statement_lines` is the wording that the count is about."""
    assert state.outcome is not None
    parts: list[RenderableType] = [*statement_lines]
    if state.poll is not None and state.poll.result is not None:
        if not state.poll.result.withheld:
            parts += [Text(), *tally_bars(state.poll.result.tally[counted_statement(state.poll)])]
        parts += [Text(), *(shown(line) for line in count_lines(state, state.poll.result, ENGLISH)), Text()]
        parts += _dissent(state, state.poll)
        told = state.candidate(counted_statement(state.poll))
        if told is not None:
            parts += [Text(), Text(say(f"result.words.{told.origin}"), "dim")]
    style = "green" if state.outcome.outcome == "adopted" else "yellow"
    title = Text(say(f"outcome.{state.outcome.outcome}"), f"bold {style}")
    return Panel(Group(*parts), title=title, title_align="left", border_style=style, padding=(1, 2))


def tally_bars(tally: Sequence[int]) -> list[Text]:
    """A bar and a number for each grade from 7 down to 1."""
    bars: list[Text] = []
    for grade in range(len(tally), 0, -1):
        ballots = tally[grade - 1]
        bar = "█" * round(BAR * ballots / max(1, sum(tally)))
        words = f"{grade} {say(f'grade.{grade}')}"
        style = "green" if grade > 4 else "red" if grade < 4 else "yellow"
        bars.append(Text.assemble(f"{words:<22}", (f"{bar:<{BAR}}", style), f" {ballots}"))
    return bars


def count_lines(state: State, closed: PollClosed, speech: Speech) -> list[str]:
    """What the count is measured against, the other options, and who took part."""
    assert state.poll is not None
    told = counted_statement(state.poll)
    lines = [agree_line(state, closed.tally[told], speech)]
    if closed.withheld:
        lines.append(withheld_line(state, speech))
    if closed.tie_broken_by is not None:
        lines.append(tie_line(closed.tie_broken_by, speech))
    if closed.choice == KEEP_THINGS:
        lines.append(speech.say("result.keep_things"))
    for option in state.poll.options:
        if option not in (told, KEEP_THINGS):
            other = count(closed.tally[option], state.settings.adoption)
            words = isolated(plain(statement_text(state, option)))
            lines.append(speech.say("result.other", text=words, agree=other.agree, all=other.ballots))
    return [*lines, took_part_line(state, speech)]


def agree_line(state: State, tally: Sequence[int], speech: Speech) -> str:
    """How many agree and how many are strongly against, beside what adoption asks for."""
    adoption = state.settings.adoption
    found = count(tally, adoption)
    return speech.say(
        "result.agree",
        agree=found.agree,
        count=found.ballots,
        share=f"{found.agree_share:.0%}",
        needed=f"{adoption.agree_share:.0%}",
        against=found.strongly_against,
        against_share=f"{found.against_share:.0%}",
        allowed=f"{adoption.strongly_against_share:.0%}",
        grade=adoption.strongly_against_grade,
    )


def withheld_line(state: State, speech: Speech) -> str:
    """Why the grades are not told one by one: so few voted that they would tell who gave which."""
    return speech.say("result.withheld", least=state.settings.ballots_shown_from)


def took_part_line(state: State, speech: Speech) -> str:
    """Who could take part, spoke and voted: as the end of the deliberation counted it, where it did."""
    counted = None if state.outcome is None else state.outcome.participation
    eligible = state.settings.eligible if counted is None else counted.eligible
    numbers = {
        "spoke": len(state.speakers) if counted is None else counted.spoke,
        "voted": state.turnout if counted is None else counted.voted,
        "quorum": state.settings.quorum.ballots,
    }
    if eligible is None:
        return speech.say("result.took_part_uncounted", **numbers)
    return speech.say("result.took_part", eligible=eligible, **numbers)


def tie_line(tie_broken_by: str, speech: Speech) -> str:
    """How a tie for the first place was broken: by the status quo, or by a lottery named with its seed."""
    if tie_broken_by == STATUS_QUO:
        return speech.say("result.tie.status_quo")
    return speech.say("result.tie.lottery", seed=tie_broken_by)


def _dissent(state: State, poll: Poll) -> list[Text]:
    logged = poll.dissent
    if logged is None or logged.count == 0:
        return [Text(say("result.no_dissent"))]
    reasons, view = state.published_reasons, shown_minority(state)
    lines: list[Text] = []
    if view is not None:
        lines += [Text(minority_label(state, ENGLISH), style="bold"), Text("  ") + shown(view)]
    lines += [Text(say("result.dissent", count=logged.count), style="bold")]
    lines += [Text("  – ") + shown(reason) for reason in reasons]
    silent = logged.count - len(reasons)
    if silent:
        lines.append(Text("  – ") + Text(say("result.dissent_private", count=silent), style="dim"))
    return lines


def minority_label(state: State, speech: Speech) -> str:
    """Whose the minority view's words are, and how many approved of them, where the log holds that."""
    view, approved = state.minority, approved_by(state)
    assert view is not None
    origin = "reworded" if view.wording else "drafted"
    if approved is None:
        return speech.say(f"result.minority_view.{origin}", count=len(view.reasons))
    return speech.say(f"result.minority_view.{origin}_approved", count=len(view.reasons), approved=approved)


def minority_line(weight: MinorityWeight | None, speech: Speech) -> str:
    """What drafting, selection and revision did to the share of the smallest like-minded group."""
    if weight is None:
        return speech.say("result.no_minority")
    shares = {
        "members": f"{weight.members:.0%}",
        "drafts": f"{weight.drafts:.0%}",
        "winner": f"{weight.winner:.0%}",
    }
    if weight.revised is None:
        return speech.say("result.minority", **shares)
    return speech.say("result.minority_revised", **shares, revised=f"{weight.revised:.0%}")


def checked(found: Verification, selections: Sequence[str], counted: bool, voter: str) -> RenderableType:
    """The log, read again from its file and verified; `voter`'s receipt looked up in the count."""
    lines = [say("verify.whole", records=found.records, head=found.head), *selections]
    lines.append(say("demo.receipt", name=voter) if counted else say("verify.receipt.not_listed"))
    body = Group(*(shown(line) for line in lines))
    title = Text(say("demo.checked"), "bold cyan")
    return Panel(body, title=title, title_align="left", border_style="cyan", padding=(0, 2))


def selection_lines(events: Sequence[AnyEvent]) -> list[str]:
    """What running each selection of a log again says, a line each."""
    return reselection_lines(reselect(events))


def reselection_lines(selections: Sequence[Reselection]) -> list[str]:
    """What the selections that were run again say, a line each."""
    return [_selection_line(selection) for selection in selections] or [say("replay.none")]


def _selection_line(selection: Reselection) -> str:
    if selection.asked is not None:
        return say("replay.other_rule", draft=selection.draft, asked=selection.asked, rule=selection.rule)
    return say(
        f"replay.{selection.status}",
        draft=selection.draft,
        rule=selection.rule,
        winner=selection.winner if selection.winner is not None else say("replay.nobody"),
        logged=selection.logged,
        count=selection.erased,
    )
