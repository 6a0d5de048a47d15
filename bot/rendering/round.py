"""A drafting round on the screen."""

from __future__ import annotations

from collections import Counter

import numpy as np
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.catalogue import ENGLISH, say
from bot.rendering.escaping import shown
from bot.rendering.result import tie_line
from engine.deliberation.drafts import DraftedCandidate, DraftJob, DraftResult
from engine.drafting.sentences import sentences
from engine.selection import Selected

_BLOCKS = "▁▂▃▄▅▆▇█"


def draft_table(job: DraftJob, result: DraftResult, selected: Selected, most: int) -> RenderableType:
    """The best candidates with whose opinions they rest on and their predicted agreement over the members, and how many
    were rejected and why.
    """
    place = {candidate.id: index for index, candidate in enumerate(result.running)}
    rejections = Counter(candidate.rejected.code for candidate in result.candidates if candidate.rejected is not None)
    candidates = {candidate.id: candidate for candidate in result.running}
    mean = np.array(result.mean).reshape(len(result.members), len(place))
    table = Table(box=None, pad_edge=False, expand=True, title_justify="left", header_style="bold")
    table.add_column("", width=3, justify="right")
    table.add_column(say("table.statement"), ratio=1)
    table.add_column(say("table.origin"), width=9)
    table.add_column(say("table.agreement"), width=20)
    for rank, identifier in enumerate(selected.shortlist[:most], start=1):
        candidate = candidates[identifier]
        column = mean[:, place[identifier]]
        table.add_row(
            str(rank),
            Text("\n").join([shown(candidate.text, "bold" if rank == 1 else ""), _rests_on(job, candidate)]),
            say(f"origin.{candidate.origin}"),
            Text(f"{column.mean():.0%} {distribution(column)} {column.min():.0%}–{column.max():.0%}"),
        )
    return Group(table, Text(say("table.bars"), style="dim"), Text(rejected_line(len(place), rejections), style="dim"))


def distribution(agreement: np.ndarray) -> str:
    """Five bars: how many members are predicted in each fifth of [0, 1], from disagreement to agreement."""
    counts = np.histogram(agreement, bins=5, range=(0, 1))[0]
    return "".join(_BLOCKS[round(count / max(1, counts.max()) * (len(_BLOCKS) - 1))] for count in counts)


def rejected_line(running: int, rejections: Counter[str], most: int | None = None) -> str:
    """How many candidates stand, and what the guards rejected: how many by code, the `most` frequent of them."""
    if not rejections:
        return say("table.none_rejected", running=running)
    listed = ", ".join(f"{say(f'rejected.{code}')} {count}" for code, count in rejections.most_common(most))
    return say("table.rejected", running=running, rejected=rejections.total(), reasons=listed)


def winner_panel(job: DraftJob, result: DraftResult, selected: Selected, rule: str) -> RenderableType:
    """The winner, sentence by sentence with the opinions that each rests on."""
    candidate = next(found for found in result.running if found.id == selected.winner)
    lines = [
        Text("  ").join([shown(sentence, "bold"), _rests_on(job, candidate, number)])
        for number, sentence in enumerate(sentences(candidate.text))
    ]
    if selected.tie_broken_by is not None:
        lines.append(shown(tie_line(selected.tie_broken_by, ENGLISH), "dim"))
    title = Text(say("winner.title", rule=rule, label=say(f"winner.label.{candidate.origin}")))
    return Panel(Group(*lines), title=title, title_align="left", border_style="green", padding=(1, 2))


def in_no_candidate(job: DraftJob, result: DraftResult) -> list[str]:
    """Members on whose opinions no candidate in the running rests, in order."""
    held = {source.opinion for candidate in result.running for source in candidate.sources}
    held |= {candidate.opinion for candidate in result.running if candidate.opinion is not None}
    heard = {opinion.member for opinion in job.opinions if opinion.id in held}
    return [member for member in result.members if member not in heard]


def _rests_on(job: DraftJob, candidate: DraftedCandidate, sentence: int | None = None) -> Text:
    """Whose opinions a candidate rests on, or one of its sentences."""
    member_of = {opinion.id: opinion.member for opinion in job.opinions}
    rests = [source.opinion for source in candidate.sources if sentence in {None, source.sentence}]
    said = rests if candidate.opinion is None else [candidate.opinion]
    names = ", ".join(dict.fromkeys(member_of[opinion] for opinion in said))
    return shown(say("winner.rests_on", members=names) if names else say("winner.rests_on_none"), "dim")
