"""How good drafts are: `python -m benchmarks.drafting_quality [--adapter FILE] [--blind FOLDER]`.

Prints a markdown table for (a) the bundled model as it is prompted, (b) the same with an adapter, (c) the same where
those with the best points alone compete, as in a round (`engine.drafting.joined_drafts`), (d) the best member sentence,
and (e) the examples' own statements. The groups are the tuning examples' test topics, which no adapter was trained on,
and with `--polis FOLDER` groups of comments from Polis as well. What is measured:

- passed: the share of drafts that the guards let through, of one wave without refills
- cut: sentences cut from a passed draft, as a share of its sentences
- grounding: cosine between a shown sentence and the closest sentence that somebody said, averaged
- covered: the share of opinions that a statement's sentences come close to, averaged over the two sides (Polis: all)
- smaller side: the same for the side with fewer opinions, where both sides spoke
- words, agreement: length; predicted P(grade >= 5), averaged over members
- lean: whose words a statement uses, 1 those of the side for, -1 those of the side against, averaged over groups

For (a), (b) and (c) the latter six are of the statement that a round would choose, by the Nash product of predicted
agreement among passed drafts, so a group without one is missing there; "statements" counts those that are not.

`--mirrored N` measures another lean: of N pairs of groups with one question, drawn from topics that no adapter was
trained on, one has three opinions for and one against, the other one for and three against. A drafter without a lean
of its own is as far to one side in the one as to the other side in the other, so that the two leans sum to 0.

`--blind FOLDER` writes KIND.pairs.jsonl, for judging without knowing what is whose, and KIND.key.jsonl, which says it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.deliberation.drafts import DraftedCandidate, DraftJob, GivenOpinion
from engine.drafting.loading import load_models
from engine.drafting.options import DraftingOptions
from engine.drafting.reported import told_sentences
from engine.drafting.round import Models, draft_round
from engine.drafting.sentences import sentences, words
from engine.drafting.sources import GROUNDED_FROM, read_opinions
from engine.drafting.tuning.checks import lean
from engine.drafting.tuning.examples import Example, SpokenOpinion, read_examples
from engine.drafting.tuning.lessons import job_of
from engine.models.adapter_wish import NONE
from engine.reward.job import known_of
from engine.selection import select

ONE_WAVE = DraftingOptions(waves=1)
MANY = 3
"""Opinions of the larger side in a mirrored group; the smaller has one."""


@dataclass(frozen=True)
class Group:
    """A job, and the example that it is from, which tells each opinion's side and its statement."""

    job: DraftJob
    example: Example | None

    @property
    def sides(self) -> tuple[str, ...]:
        return tuple(one.side for one in self.example.opinions) if self.example else ("",) * len(self.job.opinions)


@dataclass(frozen=True)
class Measured:
    """A statement's figures; None where the group has no two sides, or no words of either are used."""

    text: str
    grounding: float
    covered: float
    smaller: float | None
    length: int
    agreement: float
    lean: float | None


def example_groups(candidates: int) -> list[Group]:
    """Groups of the test topics at their first draft: later ones have last drafts that somebody wrote by hand."""
    first = {"previous": None, "critiques": ()}
    return [
        Group(job_of(entry.example.model_copy(update=first), seed=number, candidates=candidates), entry.example)
        for number, entry in enumerate(read_examples())
        if entry.split == "test"
    ]


def mirrored_groups(candidates: int, pairs: int, seed: int = 1) -> list[tuple[Group, Group]]:
    """Pairs of groups in which the sides have changed places, for up to `pairs` questions with opinions enough."""
    said: dict[str, dict[str, dict[str, SpokenOpinion]]] = {}
    topics: dict[str, str] = {}
    for entry in read_examples():
        if entry.split != "train":
            topics[entry.example.question] = entry.example.topic
            for opinion in entry.example.opinions:
                said.setdefault(entry.example.question, {}).setdefault(opinion.side, {})[opinion.text] = opinion
    drawn = random.Random(seed)
    found: list[tuple[Group, Group]] = []
    for question, sides in sorted(said.items()):
        if min(len(sides.get(side, ())) for side in ("for", "against")) < MANY:
            continue
        many = {side: drawn.sample(sorted(sides[side].values(), key=str), MANY) for side in ("for", "against")}
        both: list[Group] = []
        for larger, smaller in (("for", "against"), ("against", "for")):
            opinions = [*many[larger], many[smaller][0]]
            drawn.shuffle(opinions)
            group = Example(
                topic=topics[question],
                question=question,
                opinions=tuple(opinions),
                previous=None,
                critiques=(),
                statement="-",
            )
            both.append(Group(job_of(group, seed=20_000 + len(found), candidates=candidates), group))
        found.append((both[0], both[1]))
    return drawn.sample(found, min(pairs, len(found)))


def own_lean(pairs: Sequence[tuple[Group, Group]], chosen: Sequence[Measured | None]) -> str:
    """Half the sum of a pair's two leans, averaged, with a 95% interval; `chosen` goes through the pairs in order."""
    leans = [None if one is None else one.lean for one in chosen]
    sums = [(a + b) / 2 for a, b in zip(leans[::2], leans[1::2], strict=True) if a is not None and b is not None]
    if len(sums) < 2:
        return f"{len(sums)} of {len(pairs)} pairs"
    mean, half = float(np.mean(sums)), 1.96 * float(np.std(sums, ddof=1)) / len(sums) ** 0.5
    return f"{mean:+.2f} ({mean - half:+.2f} to {mean + half:+.2f}), {len(sums)} of {len(pairs)} pairs"


def polis_groups(folder: Path, candidates: int, members: int) -> list[Group]:
    """A group from each English conversation: comments of different authors, drawn with a fixed seed."""
    with (folder / "conversations.csv").open(newline="") as file:
        about = {row["conversation"]: row for row in csv.DictReader(file) if row["lang"] == "en"}
    said: dict[str, dict[str, str]] = {}
    with gzip.open(folder / "comments.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            if row["conversation"] in about and row["moderated"] == "1" and 5 <= len(words(row["text"])) <= 50:
                said.setdefault(row["conversation"], {}).setdefault(row["author"], row["text"])
    groups: list[Group] = []
    for number, (name, comments) in enumerate(sorted(said.items())):
        if len(comments) < members:
            continue
        chosen = random.Random(name).sample(sorted(comments), members)
        opinions = tuple(
            GivenOpinion(id=f"o{at}", member=f"m{at}", text=comments[author]) for at, author in enumerate(chosen)
        )
        question = " ".join((about[name]["description"] or about[name]["topic"]).split())[:300]
        job = DraftJob(
            draft="r1", round=1, question=question, opinions=opinions, candidates=candidates, seed=10_000 + number
        )
        groups.append(Group(job, None))
    return groups


def measure(group: Group, text: str, models: Models) -> Measured:
    spoken = read_opinions(group.job.opinions, models.embedder)
    near = spoken.closeness(models.embedder.embed(told_sentences(text)).astype(np.float64))
    held = near.max(axis=0) >= GROUNDED_FROM
    sizes = Counter(side for side in group.sides if side in {"for", "against"})
    shares = {side: float(np.mean([h for h, s in zip(held, group.sides, strict=True) if s == side])) for side in sizes}
    covered = float(np.mean(list(shares.values()))) if len(sizes) == 2 else float(held.mean())
    smaller = min(sizes, key=lambda side: sizes[side]) if len(set(sizes.values())) == 2 else None
    return Measured(
        text=text,
        grounding=float(near.max(axis=1).mean()),
        covered=covered,
        smaller=None if smaller is None else shares[smaller],
        length=len(words(text)),
        agreement=float(models.reward.predict(known_of(group.job), [text]).mean.mean()),
        lean=lean(group.example.model_copy(update={"statement": text})) if group.example else None,
    )


@dataclass
class Tally:
    """What one way of writing came to: a chosen statement per group, and what the guards said of all drafts."""

    chosen: list[Measured | None]
    refused: Counter[str]
    drafts: int = 0
    dropped: int = 0
    sentences: int = 0


def passes(candidate: DraftedCandidate, *, ranked: bool) -> bool:
    """Whether the guards let a draft through and, if `ranked`, it is also among the best of its round."""
    return candidate.rejected is None or (not ranked and candidate.rejected.code == "weaker_points")


def drafted(groups: Sequence[Group], models: Models) -> tuple[Tally, Tally, Tally]:
    """What a model drafts, the same with ranking, and the best member sentences beside it."""
    drafts, ranked, members = (Tally([], Counter()) for _ in range(3))
    for group in groups:
        result = draft_round(group.job, models, options=ONE_WAVE)
        for tally, origin in ((drafts, "drafted"), (ranked, "drafted"), (members, "member")):
            own = [candidate for candidate in result.candidates if candidate.origin == origin]
            let_through = [candidate for candidate in own if passes(candidate, ranked=False)]
            tally.drafts += len(own)
            tally.refused.update(one.rejected.code for one in own if one.rejected and one not in let_through)
            tally.dropped += sum(candidate.dropped_sentences for candidate in let_through)
            tally.sentences += sum(one.dropped_sentences + len(sentences(one.text)) for one in let_through)
            running = [candidate for candidate in own if passes(candidate, ranked=tally is ranked)]
            if not running:
                tally.chosen.append(None)
                continue
            texts = [candidate.text for candidate in running]
            profile = models.reward.predict(known_of(group.job), texts).mean
            winner = select(profile.tolist(), "nash", group.job.seed, [candidate.id for candidate in running]).winner
            text = next(candidate.text for candidate in running if candidate.id == winner)
            tally.chosen.append(measure(group, text, models))
    return drafts, ranked, members


def row(name: str, tally: Tally) -> str:
    found = [one for one in tally.chosen if one is not None]
    passed = f"{1 - tally.refused.total() / tally.drafts:.0%}" if tally.drafts else "-"
    cut = f"{tally.dropped / tally.sentences:.0%}" if tally.sentences else "-"
    smaller = [one.smaller for one in found if one.smaller is not None]
    leans = [one.lean for one in found if one.lean is not None]
    cells = (
        name,
        f"{len(found)} of {len(tally.chosen)}",
        passed,
        cut,
        f"{np.mean([one.grounding for one in found]):.2f}" if found else "-",
        f"{np.mean([one.covered for one in found]):.2f}" if found else "-",
        f"{np.mean(smaller):.2f}" if smaller else "-",
        f"{np.mean([one.length for one in found]):.0f}" if found else "-",
        f"{np.mean([one.agreement for one in found]):.3f}" if found else "-",
        f"{np.mean(leans):+.2f}" if leans else "-",
    )
    return f"| {' | '.join(cells)} |"


def blind_pairs(
    groups: Sequence[Group], tallies: dict[str, Tally], seed: int
) -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Every two ways' statements for a group, in random order, and which is whose."""
    drawn = random.Random(seed)
    names = list(tallies)
    pairs = [(a, b, at) for i, a in enumerate(names) for b in names[i + 1 :] for at in range(len(groups))]
    drawn.shuffle(pairs)
    for number, (a, b, at) in enumerate(pairs):
        first, second = (a, b) if drawn.random() < 0.5 else (b, a)
        texts = [tallies[name].chosen[at] for name in (first, second)]
        if texts[0] is None or texts[1] is None or texts[0].text == texts[1].text:
            continue
        said = [opinion.text for opinion in groups[at].job.opinions]
        yield (
            {
                "pair": number,
                "question": groups[at].job.question,
                "opinions": said,
                "first": texts[0].text,
                "second": texts[1].text,
            },
            {"pair": number, "first": first, "second": second},
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", help="an adapter's path; without one, (b) is what comes with Accord, if anything")
    parser.add_argument("--polis", type=Path, help="folder of Polis exports in long format (conversations.csv, ...)")
    parser.add_argument("--members", type=int, default=8, help="comments in a group from Polis")
    parser.add_argument("--candidates", type=int, default=8, help="drafts for each group")
    parser.add_argument("--every", type=int, default=1, help="measure each n-th group only")
    parser.add_argument("--first", type=int, default=0, help="the first group that is measured, counted from 0")
    parser.add_argument("--mirrored", type=int, default=0, help="pairs of mirrored groups")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--blind", type=Path, help="folder for pairs to be judged blind")
    options = parser.parse_args()
    kinds = {"test topics": example_groups(options.candidates)[options.first :: options.every]}
    if options.polis is not None:
        kinds["Polis"] = polis_groups(options.polis, options.candidates, options.members)[
            options.first :: options.every
        ]
    prompted = load_models(adapter=NONE, threads=options.threads)
    tuned = load_models(**({"adapter": options.adapter} if options.adapter else {}), threads=options.threads)
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}; {options.candidates} drafts a group\n")
    for name, models in (("(a) prompted", prompted), ("(b) tuned", tuned)):
        if options.mirrored and (name == "(a) prompted" or models.tuned is not None):
            pairs = mirrored_groups(options.candidates, options.mirrored)
            found = drafted([group for pair in pairs for group in pair], models)
            leans = (own_lean(pairs, tally.chosen) for tally in found)
            print(f"own lean, {name}: {next(leans)}; ranked: {next(leans)}; members': {next(leans)}\n")
    for kind, groups in kinds.items():
        tallies: dict[str, Tally] = {}
        tallies["(a) prompted"], _, tallies["(d) member"] = drafted(groups, prompted)
        if tuned.tuned is not None:
            tallies["(b) tuned"], tallies["(c) tuned, ranked"], _ = drafted(groups, tuned)
        written = [measure(one, one.example.statement, prompted) if one.example else None for one in groups]
        if any(written):
            tallies["(e) the examples' own"] = Tally(written, Counter())
        print(f"{kind}: {len(groups)} groups\n")
        print("| | statements | passed | cut | grounding | covered | smaller side | words | agreement | lean |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        for name in sorted(tallies):
            print(row(name, tallies[name]))
        for name in ("(a) prompted", "(b) tuned"):
            if name in tallies:
                print(f"\n{name}: {', '.join(f'{code} {n}' for code, n in tallies[name].refused.most_common())}")
        print()
        if options.blind is not None:
            options.blind.mkdir(parents=True, exist_ok=True)
            stem = kind.replace(" ", "_").lower()
            with (
                (options.blind / f"{stem}.pairs.jsonl").open("w") as pairs,
                (options.blind / f"{stem}.key.jsonl").open("w") as key,
            ):
                for pair, whose in blind_pairs(groups, tallies, seed=1):
                    pairs.write(json.dumps(pair, ensure_ascii=False) + "\n")
                    key.write(json.dumps(whose) + "\n")


if __name__ == "__main__":
    main()
