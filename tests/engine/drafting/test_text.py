from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drafting.sentences import one_line, sentences, words
from engine.drafting.sources import MOST_SOURCES, read_opinions, sources_of
from tests.engine.models.loaded import BagOfWords, job


@given(st.text())
def test_one_line_never_has_a_line_break_or_a_control_character(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in line)
    assert one_line(line) == line


@given(st.text())
def test_sentences_join_back_to_the_line(text: str) -> None:
    joined = "".join(sentences(text)).replace(" ", "")
    line = one_line(text).replace(" ", "")
    shown = [char for char in line if unicodedata.category(char)[0] not in "CZ"]
    assert [char for char in joined if unicodedata.category(char)[0] not in "CZ"] == shown


@given(st.text())
def test_no_sentence_is_invisible(text: str) -> None:
    for sentence in sentences(text):
        assert any(unicodedata.category(char)[0] not in "CZ" for char in sentence)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ('He said "No." She left.', ['He said "No."', "She left."]),
        ("We want trees (many!) and shade.", ["We want trees (many!) and shade."]),
        ("Costs rise, e.g. for rent. Stop it.", ["Costs rise, e.g. for rent.", "Stop it."]),
        ("車は便利です。でも静かな道がいい！", ["車は便利です。", "でも静かな道がいい！"]),
        ("「静かに。」と言った。", ["「静かに。」と言った。"]),
        ("我们需要公园。他们要停车场。", ["我们需要公园。", "他们要停车场。"]),
        ("أريد حديقة. وأنت؟", ["أريد حديقة.", "وأنت؟"]),
        ("Нужен парк. Мы согласны.", ["Нужен парк.", "Мы согласны."]),
        ("Ask Mr. Smith. He and Dr. Jones know.", ["Ask Mr. Smith.", "He and Dr. Jones know."]),
        ("Mrs. Ng runs No. 5, St. Mary's too.", ["Mrs. Ng runs No. 5, St. Mary's too."]),
        ("Take No. 5 first. No. We refuse.", ["Take No. 5 first.", "No.", "We refuse."]),
        ("Towns, e.g. Berlin, did it. All, i.e. Bern too.", ["Towns, e.g. Berlin, did it.", "All, i.e. Bern too."]),
        ("We go West. He stays.", ["We go West.", "He stays."]),
        ("It costs 3.50 euros.", ["It costs 3.50 euros."]),
        ("line\nbreak", ["line break"]),
        ("😀", ["😀"]),
        ("", []),
        ("\u200b\u200d", []),
        ("\n \t", []),
    ],
)
def test_sentences_in_several_scripts(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_words_of_scripts_without_spaces_are_characters() -> None:
    assert words("We're FINE, 東京!") == ["we're", "fine", "東", "京"]


def test_a_sentence_is_followed_back_to_the_opinion_that_said_it() -> None:
    said = job(["Trees give shade. Buses should run at night.", "Parking is dear. Shops need customers.", "Dogs bark."])
    embedder = BagOfWords()
    spoken = read_opinions(said.opinions, embedder)
    vectors = embedder.embed(["Shops need many customers.", "Buses should run all night."]).astype(np.float64)
    closeness = spoken.closeness(vectors)
    assert [spoken.opinions[sources_of(row)[0]].id for row in closeness] == ["o1", "o0"]


def test_sources_are_few_and_close_to_the_best() -> None:
    assert sources_of(np.array([0.9, 0.2, 0.85, 0.6])) == [0, 2]
    assert sources_of(np.array([0.3, 0.2])) == []
    assert sources_of(np.array([])) == []
    assert len(sources_of(np.full(20, 0.8))) == MOST_SOURCES


def test_what_joins_two_opinions_is_close_to_their_mixture_and_to_neither_alone() -> None:
    said = job(["Trees give shade. Dogs bark.", "Shops need customers.", "Buses run."])
    embedder = BagOfWords()
    spoken = read_opinions(said.opinions, embedder)
    (joined, new) = embedder.embed(["Shops need customers. Trees give shade.", "Ferries sink."]).astype(np.float64)
    cosine, opinions = spoken.mixture(joined)
    assert set(opinions) == {0, 1}
    assert cosine > spoken.closeness(joined[np.newaxis]).max() + 0.1
    assert cosine == pytest.approx(1.0)
    assert spoken.mixture(new)[0] <= 0.0


def test_opinions_that_show_nothing_are_close_to_nothing() -> None:
    embedder = BagOfWords()
    spoken = read_opinions(job(["\u200b", " "]).opinions, embedder)
    assert spoken.texts == ()
    assert spoken.opinion_similarity().shape == (2, 2)
    assert (spoken.closeness(embedder.embed(["Any text."]).astype(np.float64)) == -1).all()
