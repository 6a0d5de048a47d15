"""A deliberation as a Markdown page that people can read without any tool."""

from __future__ import annotations

from pathlib import Path

from bot.catalogue import say
from bot.files import write_whole
from bot.rendering.escaping import markdown
from engine.deliberation.events import KEEP_THINGS
from engine.deliberation.state import State


def summary(state: State, path: Path) -> None:
    """Write the page. Members appear by pseudonym, as in the log. Raises `InputError` if it cannot be written."""
    parts = [f"# {markdown(state.question)}", markdown(state.background), *_result(state), *_statements(state)]
    parts += [f"## {say('summary.opinions')}", *_opinions(state), *_acts(state)]
    write_whole(path, "\n\n".join(part for part in parts if part) + "\n")


def _result(state: State) -> list[str]:
    if state.outcome is None:
        return []
    parts = [f"## {say(f'outcome.{state.outcome.outcome}')}"]
    if state.outcome.text is not None:
        parts.append(f"> {markdown(state.outcome.text)}")
    if state.poll is None or state.poll.result is None:
        return parts
    counted = state.poll.result
    candidate = counted.choice if counted.choice != KEEP_THINGS else state.poll.options[0]
    rows = [
        f"| {grade} | {say(f'grade.{grade}')} | {counted.tally[candidate][grade - 1]} |" for grade in range(7, 0, -1)
    ]
    header = f"| {say('summary.grade')} | {say('summary.meaning')} | {say('summary.ballots')} |\n|---|---|---|"
    parts.append("\n".join([header, *rows]))
    parts.append(
        say("demo.took_part", eligible=state.settings.eligible, spoke=len(state.speakers), voted=state.turnout)
    )
    if state.poll.dissent is not None and state.poll.dissent.count:
        parts.append(f"### {say('demo.dissent', count=state.poll.dissent.count)}")
        said = [found.reason.value for found in state.poll.dissent.dissent if found.reason and found.reason.value]
        parts.append("\n".join(f"- {markdown(reason)}" for reason in said))
    return parts


def _statements(state: State) -> list[str]:
    """The wording's history: what was shown after each draft."""
    parts = [f"## {say('summary.drafts')}"] if state.drafts else []
    for number, draft in enumerate(sorted(state.drafts.values(), key=lambda found: (found.round, found.id)), start=1):
        winner = state.candidate(draft.order[0]) if draft.order else None
        if winner is not None:
            running = len(draft.running)
            head = say("summary.draft", number=number, round=draft.round, running=running, all=len(draft.candidates))
            parts.append(f"{head}\n\n> {markdown(winner.text.value or say('summary.erased'))}")
    return parts


def _opinions(state: State) -> list[str]:
    lines = [
        f"- `{opinion.member}` {markdown(opinion.text.value or say('summary.erased'))}"
        for opinion in state.live_opinions
    ]
    lines += [f"- {say('summary.removed', reason=markdown(reason))}" for reason in state.removals.values()]
    return ["\n".join(lines)]


def _acts(state: State) -> list[str]:
    acts = state.acts
    return [
        f"## {say('summary.moderation')}",
        say(
            "summary.acts",
            extensions=acts.extensions,
            redrafts=acts.redrafts,
            opinions=acts.opinions_removed,
            members=acts.members_removed,
        ),
    ]
