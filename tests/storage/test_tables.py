"""What the tables, the Polis files and the training rows hold, and what they never hold."""

from __future__ import annotations

import csv
import importlib
import io
import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.deliberation import commands as c
from engine.deliberation.evolve import fold
from storage.errors import StorageError
from storage.export import read_events
from storage.export.formats import POLIS_COMMENT_COLUMNS, POLIS_VOTE_COLUMNS, polis, trl
from storage.export.released import adopted_draft, members_words, preferences, vote_matrix
from storage.export.tables import TABLES, Table, as_csv, tables
from tests.storage.polled import DRAFTS, TEXTS, polled

PAGE = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    return re.split(r"^##+ ", PAGE.split(f"# {name}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows_of(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(table).decode(), newline="")))


async def written(tmp_path: Path, voters: int = 24) -> Mapping[str, Table]:
    made = polled(voters)
    return {table.name: table for table in tables(read_events(await made.exported(tmp_path)))}


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_documented_and_no_other(name: str) -> None:
    assert re.findall(r"^- `([a-z_]+)`", section(f"{name}.csv"), re.MULTILINE) == list(TABLES[name])


def test_polis_columns_are_documented() -> None:
    named = re.findall(r"`([a-z-]+)`", section("polis"))
    assert {*POLIS_COMMENT_COLUMNS, *POLIS_VOTE_COLUMNS} <= set(named)


async def test_each_row_has_a_cell_of_its_kind_in_every_column(tmp_path: Path) -> None:
    kinds = {"text": str, "integer": int, "time": int, "number": float, "boolean": bool}
    for table in (await written(tmp_path)).values():
        assert table.rows, table.name
        for row in table.rows:
            for cell, kind in zip(row, table.columns.values(), strict=True):
                assert cell is None or type(cell) is kinds[kind], (table.name, row)


async def test_ballots_and_tally_say_the_same(tmp_path: Path) -> None:
    found = await written(tmp_path)
    ballots = rows_of(found["ballots"])
    for row in rows_of(found["tally"]):
        same = [one for one in ballots if (one["option"], one["grade"]) == (row["option"], row["grade"])]
        assert len(same) == int(row["ballots"])


async def test_below_the_threshold_no_ballot_and_no_prediction_is_told(tmp_path: Path) -> None:
    found = await written(tmp_path, voters=4)
    assert found["ballots"].rows == found["tally"].rows == ()
    assert [row["counted"] for row in rows_of(found["polls"])] == ["4"]
    assert {row["predicted_agreement"] for row in rows_of(found["candidates"])} == {""}


async def test_a_member_cannot_run_a_formula_on_the_readers_machine(tmp_path: Path) -> None:
    texts = [row["text"] for row in rows_of((await written(tmp_path))["opinions"])]
    assert texts == ["At the library.", "'=HYPERLINK(1)", *TEXTS[2:]]


async def test_a_hidden_opinion_keeps_its_row_and_loses_its_words(tmp_path: Path) -> None:
    made = polled(5)
    hidden = fold(made.script.events).live_opinions[0].id
    made.script.do(c.Hide, text=hidden, moderator="mod")
    found = tables(read_events(await made.exported(tmp_path)))
    (row,) = [row for table in found if table.name == "opinions" for row in table.rows if row[0] == hidden]
    assert (row[4], row[6]) == ("hidden", None)
    assert all(TEXTS[0] not in as_csv(table).decode() for table in found)


def test_votes_leave_with_consent_and_from_a_crowd_only() -> None:
    assert len(vote_matrix(polled(24, uses=("votes",), consenting=20).script.events).votes) == 20
    for made in (polled(24), polled(24, uses=("votes",), consenting=19), polled(24, uses=("training",))):
        with pytest.raises(StorageError) as refused:
            vote_matrix(made.script.events)
        assert refused.value.code == "too_few_consented"


def test_consent_that_was_taken_back_and_members_who_were_forgotten_are_left_out() -> None:
    made = polled(24, uses=("votes",))
    made.script.do(c.SetSharing, handle="v0", uses=())
    made.script.do(c.ForgetMember, member="s1", voter="v1")
    assert {"v0", "v1"}.isdisjoint(vote_matrix(made.script.events).votes)


async def test_an_exported_log_gives_no_votes_away(tmp_path: Path) -> None:
    path = await polled(24, uses=("votes", "training")).exported(tmp_path)
    for release in (vote_matrix, preferences):
        with pytest.raises(StorageError):
            release(read_events(path))


@pytest.mark.filterwarnings("ignore")
def test_polis_files_are_read_by_a_tool_made_for_polis() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        analysis: Any = importlib.import_module("reddwarf.implementations.polis")
        from reddwarf.models import Statement
    matrix = vote_matrix(polled(40, uses=("votes",)).script.events)
    files = polis(matrix)
    comments: list[Any] = [
        Statement.model_validate(row) for row in csv.DictReader(io.StringIO(files["comments.csv"].decode(), newline=""))
    ]
    assert [comment.txt for comment in comments] == ["At the library.", "'=HYPERLINK(1)", *TEXTS[2:], *DRAFTS]
    votes: list[dict[str, int]] = []
    authors = {comment.participant_id for comment in comments}
    for row in csv.DictReader(io.StringIO(files["participants-votes.csv"].decode(), newline="")):
        assert int(row["participant"]) not in authors
        own = {name: int(vote) for name, vote in row.items() if name.isdigit() and vote}
        assert (len(own), list(own.values()).count(1)) == (int(row["n-votes"]), int(row["n-agree"]))
        votes += [
            {"participant_id": int(row["participant"]), "statement_id": int(name), "vote": vote, "modified": 0}
            for name, vote in own.items()
        ]
    result = analysis.run_pipeline(votes=votes, keep_participant_ids=sorted({vote["participant_id"] for vote in votes}))
    assert len(result.participants_df) == 40


def test_training_rows_hold_no_message_text_and_no_voter() -> None:
    made = polled(24, uses=("training",))
    pairs = preferences(made.script.events)
    assert {pair.chosen for pair in pairs} | {pair.rejected for pair in pairs} <= set(DRAFTS)
    assert members_words(made.script.events) == ()
    files = trl("Where do we meet?", pairs, adopted_draft(made.script.events))
    row = json.loads(files["preferences.jsonl"].splitlines()[0])
    assert row["prompt"] == [{"role": "user", "content": "Where do we meet?"}]
    assert [message["role"] for message in (*row["chosen"], *row["rejected"])] == ["assistant", "assistant"]
    assert not any(f"v{number}".encode() in files["preferences.jsonl"] for number in range(24))


def test_members_sentences_are_trained_on_only_if_their_author_allows_it() -> None:
    made = polled(24, uses=("training",))
    without = {text for pair in preferences(made.script.events) for text in (pair.chosen, pair.rejected)}
    made.script.do(c.SetSharing, handle="m0", uses=("words",))
    with_words = {text for pair in preferences(made.script.events) for text in (pair.chosen, pair.rejected)}
    assert with_words - without == {TEXTS[0]}
    assert members_words(made.script.events) == (TEXTS[0],)


def test_fewer_than_twenty_who_allow_training_give_no_rows() -> None:
    with pytest.raises(StorageError) as refused:
        preferences(polled(24, uses=("training",), consenting=19).script.events)
    assert refused.value.parameters == {"use": "training", "voters": 19, "needed": 20}
