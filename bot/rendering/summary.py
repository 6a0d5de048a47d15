"""A deliberation as a Markdown page that people can read without any tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.catalogue import ENGLISH, Speech, speech_for
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
    """Write the page, in the deliberation's language, or else in English. Raises `OutputError`.

    `names` by pseudonym where the deliberation is a named one; `head`: the last hash of the log it goes with.
    """
    page = _Page(state, speech_for(state.settings.language), names or {})
    parts = [f"# {markdown(state.question)}", markdown(state.background), *page.result(), *page.drafts()]
    parts += [*page.opinions(), *page.figures(), *page.acts()]
    _write(path, [*parts, page.speech.say("summary.names" if names else "summary.pseudonyms")], head, page.speech)


def round_summary(state: State, path: Path, *, names: Mapping[str, str], head: str) -> None:
    """Write the page of a single round outside any deliberation: what comes first, the candidates, who said what.

    It is the command line's, so in English. Raises `OutputError`. `names` by pseudonym.
    """
    (draft,) = state.drafts.values()
    best = state.candidate(draft.order[0])
    assert best is not None
    page, say = _Page(state, ENGLISH, names), ENGLISH.say
    parts = [f"# {markdown(state.question)}", f"## {say('summary.best')}", page.label(best)]
    parts += [page.statement(best.id), *page.tie(draft), f"## {say('summary.candidates')}", _candidates(draft)]
    parts += [*page.opinions(), *page.figures(), say("summary.what_next", accord=invoked()), say("summary.names_given")]
    _write(path, parts, head, ENGLISH)


def _write(path: Path, parts: list[str], head: str | None, speech: Speech) -> None:
    if head is not None:
        parts.append(speech.say("summary.head", head=head))
    write_whole(path, "\n\n".join(part for part in parts if part) + "\n")


def _candidates(draft: Draft) -> str:
    """Every candidate in the running with its predicted agreement, best first, and what the checks rejected."""
    say = ENGLISH.say
    mean = profile_of(draft).mean
    column = {candidate.id: mean[:, index] for index, candidate in enumerate(draft.running)}
    rows = [say("summary.column"), "|---:|---|---|---:|---|"]
    for place, identifier in enumerate(draft.order, start=1):
        found, agreement = draft.by_id[identifier], column[identifier]
        spread = f"{agreement.min():.0%}–{agreement.max():.0%}"
        words = markdown(found.text.value or say("summary.erased"))
        rows.append(f"| {place} | {words} | {say(f'origin.{found.origin}')} | {agreement.mean():.0%} | {spread} |")
    return "\n".join(rows) + "\n\n" + rejected_line(len(draft.running), rejections(draft))


@dataclass(frozen=True)
class _Page:
    """What a page's parts are made of: a deliberation, in which words, and who is named."""

    state: State
    speech: Speech
    names: Mapping[str, str]

    def label(self, candidate: Candidate) -> str:
        """Whose words a candidate's are."""
        return f"*{self.speech.say(f'summary.label.{candidate.origin}')}*"

    def tie(self, draft: Draft) -> list[str]:
        """How a tie for a draft's first place was broken."""
        broken_by = None if draft.selection is None else draft.selection.tie_broken_by
        return [] if broken_by is None else [tie_line(broken_by, self.speech)]

    def result(self) -> list[str]:
        """The outcome, the count, the dissent."""
        state, say = self.state, self.speech.say
        if state.outcome is None:
            return [say("summary.no_result")]
        parts = [f"## {_capital(say(f'outcome.{state.outcome.outcome}'))}"]
        if state.poll is None or state.poll.result is None:
            return parts
        closed, told = state.poll.result, counted_statement(state.poll)
        parts.append(self.statement(told))
        if not closed.withheld:
            rows = [
                f"| {grade} {say(f'grade.{grade}')} | {closed.tally[told][grade - 1]} |" for grade in range(7, 0, -1)
            ]
            parts.append("\n".join([f"| {say('summary.grade')} | {say('summary.ballots')} |", "|---|---:|", *rows]))
        parts.append("\n".join(f"- {markdown(line)}" for line in count_lines(state, closed, self.speech)))
        view = shown_minority(state)
        if view is not None:
            parts += [f"### {minority_label(state, self.speech)}", f"> {markdown(view)}"]
        reasons = state.published_reasons
        if reasons:
            parts += [f"### {say('summary.dissent')}", "\n".join(f"- {markdown(reason)}" for reason in reasons)]
        return parts

    def statement(self, candidate: str) -> str:
        """The words as a quotation, a line per sentence with the members it rests on."""
        lines: list[str] = []
        for sentence in sourced_sentences(self.state, candidate):
            who = ", ".join(self._name(member) for member in sentence.members)
            rests_on = self.speech.say("summary.rests_on", members=who)
            lines.append(f"> {markdown(sentence.text)} *({rests_on})*" if who else "")
        shown = "  \n".join(line for line in lines if line)
        return shown or f"> {markdown(statement_text(self.state, candidate))}"

    def drafts(self) -> list[str]:
        """The wording's history: what was shown after each draft, and what members found missing."""
        state, say = self.state, self.speech.say
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
                words = self.statement(draft.order[0]) if state.stands(draft.order[0]) else ""
                parts += [f"{head} {self.label(draft.by_id[draft.order[0]])}", words or f"> {say('summary.erased')}"]
                parts += self.tie(draft)
        if state.heard_critiques:
            said = [self._said(member, critique.text.value) for member, critique in state.heard_critiques.items()]
            parts += [f"### {say('summary.critiques')}", "\n".join(sorted(said))]
        return parts

    def opinions(self) -> list[str]:
        """Who said what, and what a moderator took away."""
        lines = [self._said(opinion.member, opinion.text.value) for opinion in self.state.live_opinions]
        say, removals = self.speech.say, self.state.removals.values()
        lines += [f"- {say('summary.removed', reason=markdown(reason))}" for reason in removals]
        return [f"## {say('summary.opinions')}", "\n".join(lines)] if lines else []

    def figures(self) -> list[str]:
        """What other rules would have chosen and what became of the minority; told once nobody can be swayed."""
        state, say = self.state, self.speech.say
        drafts = [draft for draft in last_drafts(state) if all(row.prediction.value is not None for row in draft.rows)]
        if not drafts or (state.outcome is None and state.poll is not None):
            return []
        last, weight = drafts[-1], weight_of_minority(drafts, state.settings.rule)
        rank = {candidate: number for number, candidate in enumerate(last.order, start=1)}
        chosen = ", ".join(
            f"{rule} → {say('result.place', place=rank[found])}" for rule, found in chosen_under(last).items()
        )
        lines = (say("result.other_rules", winners=chosen), minority_line(weight, self.speech))
        return [f"## {say('summary.figures')}", "\n".join(f"- {line}" for line in lines)]

    def acts(self) -> list[str]:
        """What the moderator did, counted."""
        acts = self.state.acts
        told = self.speech.say(
            "summary.acts",
            rules=acts.rule_changes,
            extensions=acts.extensions,
            redrafts=acts.redrafts,
            opinions=acts.opinions_removed,
            members=acts.members_removed,
        )
        return [f"## {self.speech.say('summary.moderation')}", told]

    def _name(self, member: str) -> str:
        return markdown(self.names.get(member, member))

    def _said(self, member: str, text: str | None) -> str:
        return f"- **{self._name(member)}**: {markdown(text or self.speech.say('summary.erased'))}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
