"""A deliberation as a Markdown page that people can read without any tool."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.catalogue import ENGLISH, say
from bot.files import write_whole
from bot.invoked import invoked
from bot.rendering.escaping import markdown
from bot.rendering.result import count_lines, minority_label, minority_line, tie_line
from bot.rendering.round import rejected_line
from engine.deliberation.minority import shown_minority
from engine.deliberation.profile import profile_of
from engine.deliberation.state import Candidate, Draft, State
from engine.report import (
    chosen_under,
    counted_statement,
    drafts_in_order,
    last_drafts,
    rejections,
    sourced_sentences,
    statement_text,
    weight_of_minority,
)


def summary(state: State, path: Path, *, names: Mapping[str, str] | None = None, head: str | None = None) -> None:
    """Write the page. Raises `OutputError`.

    `names` by pseudonym where the deliberation is a named one; `head`: the last hash of the log it goes with.
    """
    known = names or {}
    parts = [f"# {markdown(state.question)}", markdown(state.background), *_result(state, known)]
    parts += [*_drafts(state, known), *_opinions(state, known), *_figures(state), *_acts(state)]
    _write(path, [*parts, say("summary.names" if known else "summary.pseudonyms")], head)


def round_summary(state: State, path: Path, *, names: Mapping[str, str], head: str) -> None:
    """Write the page of a single round outside any deliberation: what comes first, the candidates, who said what.

    Raises `OutputError`. `names` by pseudonym.
    """
    (draft,) = state.drafts.values()
    best = state.candidate(draft.order[0])
    assert best is not None
    parts = [f"# {markdown(state.question)}", f"## {say('summary.best')}", _label(best)]
    parts += [_statement(state, best.id, names), *_tie(draft), f"## {say('summary.candidates')}", _candidates(draft)]
    parts += [
        *_opinions(state, names),
        *_figures(state),
        say("summary.what_next", accord=invoked()),
        say("summary.names_given"),
    ]
    _write(path, parts, head)


def _write(path: Path, parts: list[str], head: str | None) -> None:
    if head is not None:
        parts.append(say("summary.head", head=head))
    write_whole(path, "\n\n".join(part for part in parts if part) + "\n")


def _label(candidate: Candidate) -> str:
    return f"*{say(f'summary.label.{candidate.origin}')}.*"


def _tie(draft: Draft) -> list[str]:
    broken_by = None if draft.selection is None else draft.selection.tie_broken_by
    return [] if broken_by is None else [tie_line(broken_by, ENGLISH)]


def _candidates(draft: Draft) -> str:
    """Every candidate in the running with its predicted agreement, best first, and what the checks rejected."""
    mean = profile_of(draft).mean
    column = {candidate.id: mean[:, index] for index, candidate in enumerate(draft.running)}
    rows = [say("summary.column"), "|---:|---|---|---:|---|"]
    for place, identifier in enumerate(draft.order, start=1):
        found, agreement = draft.by_id[identifier], column[identifier]
        spread = f"{agreement.min():.0%}–{agreement.max():.0%}"
        words = markdown(found.text.value or say("summary.erased"))
        rows.append(f"| {place} | {words} | {say(f'origin.{found.origin}')} | {agreement.mean():.0%} | {spread} |")
    return "\n".join(rows) + "\n\n" + rejected_line(len(draft.running), rejections(draft))


def _result(state: State, names: Mapping[str, str]) -> list[str]:
    if state.outcome is None:
        return [say("summary.no_result")]
    parts = [f"## {_capital(say(f'outcome.{state.outcome.outcome}'))}"]
    if state.poll is None or state.poll.result is None:
        return parts
    closed, told = state.poll.result, counted_statement(state.poll)
    parts.append(_statement(state, told, names))
    if not closed.withheld:
        rows = [f"| {grade} {say(f'grade.{grade}')} | {closed.tally[told][grade - 1]} |" for grade in range(7, 0, -1)]
        parts.append("\n".join([f"| {say('summary.grade')} | {say('summary.ballots')} |", "|---|---:|", *rows]))
    parts.append("\n".join(f"- {markdown(line)}" for line in count_lines(state, closed)))
    view = shown_minority(state)
    if view is not None:
        parts += [f"### {minority_label(state, ENGLISH)}", f"> {markdown(view)}"]
    reasons = state.published_reasons
    if reasons:
        parts += [f"### {say('summary.dissent')}", "\n".join(f"- {markdown(reason)}" for reason in reasons)]
    return parts


def _statement(state: State, candidate: str, names: Mapping[str, str]) -> str:
    """The words as a quotation, a line per sentence with the members it rests on."""
    lines: list[str] = []
    for sentence in sourced_sentences(state, candidate):
        who = ", ".join(markdown(names.get(member, member)) for member in sentence.members)
        lines.append(f"> {markdown(sentence.text)} *({say('summary.rests_on', members=who)})*" if who else "")
    return "  \n".join(line for line in lines if line) or f"> {markdown(statement_text(state, candidate))}"


def _drafts(state: State, names: Mapping[str, str]) -> list[str]:
    """The wording's history: what was shown after each draft, and what members found missing."""
    parts = [f"## {say('summary.drafts')}"] if state.drafts else []
    for number, draft in enumerate(drafts_in_order(state), start=1):
        if draft.order and draft.selection is not None:
            head = say(
                "summary.draft",
                number=number,
                round=draft.round,
                running=len(draft.running),
                all=len(draft.candidates),
                rule=draft.selection.rule,
            )
            words = _statement(state, draft.order[0], names) if state.stands(draft.order[0]) else ""
            parts += [f"{head} {_label(draft.by_id[draft.order[0]])}", words or "> " + say("summary.erased")]
            parts += _tie(draft)
    if state.heard_critiques:
        said = [
            f"- **{markdown(names.get(member, member))}**: {markdown(critique.text.value or say('summary.erased'))}"
            for member, critique in state.heard_critiques.items()
        ]
        parts += [f"### {say('summary.critiques')}", "\n".join(sorted(said))]
    return parts


def _opinions(state: State, names: Mapping[str, str]) -> list[str]:
    lines = [
        f"- **{markdown(names.get(opinion.member, opinion.member))}**: "
        + markdown(opinion.text.value or say("summary.erased"))
        for opinion in state.live_opinions
    ]
    lines += [f"- {say('summary.removed', reason=markdown(reason))}" for reason in state.removals.values()]
    return [f"## {say('summary.opinions')}", "\n".join(lines)] if lines else []


def _figures(state: State) -> list[str]:
    """What other rules would have chosen and what became of the minority; told once nobody can be swayed any more."""
    drafts = [draft for draft in last_drafts(state) if all(row.prediction.value is not None for row in draft.rows)]
    if not drafts or (state.outcome is None and state.poll is not None):
        return []
    last, weight = drafts[-1], weight_of_minority(drafts, state.settings.rule)
    rank = {candidate: number for number, candidate in enumerate(last.order, start=1)}
    chosen = ", ".join(f"{rule} → {say('demo.place', place=rank[found])}" for rule, found in chosen_under(last).items())
    return [
        f"## {say('summary.figures')}",
        f"- {say('demo.other_rules', winners=chosen)}\n- {minority_line(weight)}",
    ]


def _acts(state: State) -> list[str]:
    acts = state.acts
    told = say(
        "summary.acts",
        rules=acts.rule_changes,
        extensions=acts.extensions,
        redrafts=acts.redrafts,
        opinions=acts.opinions_removed,
        members=acts.members_removed,
    )
    return [f"## {say('summary.moderation')}", told]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
