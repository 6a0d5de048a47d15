"""Opinions from files as people have them, and one sentence for each way in which they can be broken."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from bot.errors import InputError
from bot.reading import GivenOpinions, read_opinions, read_question


def read(folder: Path, content: str | bytes, name: str = "opinions.csv") -> GivenOpinions:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_opinions(str(path))


def refusal(folder: Path, content: str | bytes, name: str = "opinions.csv") -> InputError:
    with pytest.raises(InputError) as caught:
        read(folder, content, name)
    return caught.value


def spoken(given: GivenOpinions) -> list[tuple[str, str]]:
    return [(opinion.member, opinion.text) for opinion in given.opinions]


TWO = [("Ada", "Close it."), ("Bruno", "Leave it open.")]


@pytest.mark.parametrize(
    "content",
    [
        "member,opinion\nAda,Close it.\nBruno,Leave it open.\n",
        "member;opinion\r\nAda;Close it.\r\nBruno;Leave it open.\r\n",
        "\ufeffMember,Opinion\rAda,Close it.\rBruno,Leave it open.",
        'opinion\tid\tmember\n"Close it."\t1\tAda\nLeave it open.\t2\t Bruno \n',
        '"member","opinion"\n"Ada","Close it."\n\n"Bruno","Leave it open."\n',
    ],
    ids=["commas", "semicolons as Excel writes them", "byte order mark and old line ends", "tabs", "quotes"],
)
def test_a_spreadsheet_is_read_however_it_separates(tmp_path: Path, content: str) -> None:
    assert spoken(read(tmp_path, content)) == TWO


def test_json_lines_are_read_also_with_the_line_separators_that_json_allows(tmp_path: Path) -> None:
    content = (
        '{"member": "Ada", "opinion": "Close\u2028it."}\n\n{"member": 7, "opinion": "Leave it open.", "more": 1}\n'
    )
    assert spoken(read(tmp_path, content, "opinions.txt")) == [("Ada", "Close\u2028it."), ("7", "Leave it open.")]


def test_standard_input_takes_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = b'{"member": "Ada", "opinion": "Close it."}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert spoken(read_opinions("-")) == [("Ada", "Close it.")]


def test_a_polis_export_is_read_without_the_comments_its_moderators_rejected(tmp_path: Path) -> None:
    given = read(
        tmp_path,
        "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
        '1,x,36,0,38,7,1,"Opposition won\'t stop it, but\nit might."\n'
        "2,x,37,1,0,9,-1,Buy watches\n"
        "3,x,38,0,4,4,0,Let us vote again\n",
        "comments.csv",
    )
    assert spoken(given) == [("0", "Opposition won't stop it, but\nit might."), ("0", "Let us vote again")]
    assert (given.rejected_by_moderators, given.members) == (1, ("0",))


def test_the_same_words_of_the_same_member_count_once_and_are_told(tmp_path: Path) -> None:
    given = read(tmp_path, "member,opinion\nAda,Close it.\nAda, Close it. \nBruno,Close it.\nAda,But not in winter.\n")
    assert spoken(given) == [("Ada", "Close it."), ("Bruno", "Close it."), ("Ada", "But not in winter.")]
    assert given.duplicates == 1


def test_lines_without_words_are_counted_and_emoji_are_words(tmp_path: Path) -> None:
    given = read(
        tmp_path, "member,opinion\nAda,🚲🌳👨‍👩‍👧\nBruno,   \nChen,\u200b\u2060\nDana,\nEmre,مرحبا hello שלום\n"
    )
    assert spoken(given) == [("Ada", "🚲🌳👨‍👩‍👧"), ("Emre", "مرحبا hello שלום")]
    assert given.empty == 3


def test_five_hundred_opinions_keep_their_order(tmp_path: Path) -> None:
    content = "member,opinion\n" + "".join(f"m{number},Opinion number {number}.\n" for number in range(500))
    given = read(tmp_path, content)
    assert [opinion.id for opinion in given.opinions] == [f"o{number + 1}" for number in range(500)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "input_empty"),
        ("\ufeff \n\n", "input_empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "input_not_text"),
        ("member,opinion\nAda,null\x00byte\n", "input_null"),
        ("member,opinion\nAda,Schlie\u00dft sie\n".encode("latin-1"), "input_not_text"),
        ("member,opinion\nAda,Close it.\n".encode("utf-16"), "input_not_text"),
        ("name,text\nAda,Close it.\n", "input_columns"),
        ("just some prose", "input_columns"),
        ("member,opinion\n", "input_no_opinions"),
        ("member,opinion\nAda,\n", "input_no_opinions"),
        ("author-id,moderated,comment-body\n1,-1,Spam\n", "input_no_opinions"),
    ],
)
def test_a_file_that_cannot_be_opinions_is_refused_as_a_whole(tmp_path: Path, content: str | bytes, code: str) -> None:
    assert refusal(tmp_path, content).code == code


@pytest.mark.parametrize(
    ("name", "content", "code", "line"),
    [
        ("o.csv", "member,opinion\nAda,Close it.\nBruno\n", "input_too_few_columns", 3),
        ("o.csv", "member,opinion\nAda,Close it, please.\n", "input_too_many_columns", 2),
        ("o.csv", 'member,opinion\nAda,"Close it.\n', "input_quotes", 2),
        ("o.csv", 'member,opinion\nAda,"Close" it.\n', "input_quotes", 2),
        ("o.csv", 'member,"opin\n', "input_quotes", 1),
        ("o.csv", "member,opinion\n ,Close it.\n", "input_nobody", 2),
        ("o.csv", "member,opinion\nAda,Close\x07 it.\n", "input_control_character", 2),
        ("o.jsonl", '{"member": "Ada", "opinion": "Close it."}\n{"member": ', "input_not_json", 2),
        ("o.jsonl", "[" * 100_000, "input_not_json", 1),
        ("o.jsonl", '["Ada", "Close it."]\n', "input_not_object", 1),
        ("o.jsonl", '{"member": "Ada"}\n', "input_fields", 1),
        ("o.jsonl", '{"member": true, "opinion": "Close it."}\n', "input_fields", 1),
        ("o.jsonl", '{"member": "Ada", "opinion": ["Close it."]}\n', "input_fields", 1),
        ("o.jsonl", '{"member": "Ada", "opinion": "half \\ud83d"}\n', "input_half_character", 1),
        ("o.jsonl", '{"member": "\\ud83d", "opinion": "Close it."}\n', "input_half_character", 1),
    ],
)
def test_a_broken_line_is_named_by_its_number(tmp_path: Path, name: str, content: str, code: str, line: int) -> None:
    problem = refusal(tmp_path, content, name)
    assert (problem.code, problem.parameters["line"]) == (code, line)


@pytest.mark.parametrize("length", [4001, 20_000, 200_000])
def test_an_opinion_that_is_too_long_is_named_and_never_cut(tmp_path: Path, length: int) -> None:
    problem = refusal(tmp_path, f"member,opinion\nAda,Close it.\nBruno,{'a' * length}\n")
    assert problem.code == "input_opinion_too_long"
    assert {name: problem.parameters[name] for name in ("line", "member", "length", "limit")} == {
        "line": 3,
        "member": "Bruno",
        "length": length,
        "limit": 4000,
    }


def test_the_longest_opinion_is_taken_whole(tmp_path: Path) -> None:
    (opinion,) = read(tmp_path, json.dumps({"member": "Ada", "opinion": "a" * 4000}), "o.jsonl").opinions
    assert len(opinion.text) == 4000


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    for source, code in ((str(tmp_path), "input_is_folder"), (str(tmp_path / "no"), "input_missing")):
        with pytest.raises(InputError) as caught:
            read_opinions(source)
        assert caught.value.code == code
    with pytest.raises(InputError) as caught:
        read_opinions("a\x00b")
    assert caught.value.code == "input_missing"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n", "question_empty"),
        ("a" * 1001, "question_too_long"),
        ("Why\x1b[31m?", "question_unreadable"),
        ("\udcff?", "question_unreadable"),
    ],
)
def test_a_question_is_text_of_a_bounded_length(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_question(text)
    assert caught.value.code == code
