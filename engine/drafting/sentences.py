"""Members' and models' text as lines and sentences, in any script."""

from __future__ import annotations

import re
import unicodedata

# A sentence ends at a full stop, question or exclamation mark (with closing quotes or brackets) before white space;
# CJK marks need no space behind them. A mark before a lower-case word ("e.g. this") ends nothing, nor does that of an
# abbreviation that a name or a number follows ("Mr. Smith", "No. 5").
_BEFORE_NAMES = (
    "Mr.",
    "Mrs.",
    "Ms.",
    "Mx.",
    "Dr.",
    "Prof.",
    "St.",
    "Rev.",
    "Hon.",
    "Messrs.",
    "e.g.",
    "i.e.",
    "cf.",
    "vs.",
)
_NO_ABBREVIATION = "".join(rf"(?<!\b{re.escape(short)})" for short in _BEFORE_NAMES)
_NO_NUMBER = r"(?:(?<!\bNo\.)(?<!\bNr\.)|(?!\s+\d))"
_BOUNDARY = re.compile(
    rf"(?<=[.!?…]){_NO_ABBREVIATION}{_NO_NUMBER}"
    r"[\"'”’»)\]]*\s+(?![a-zà-ÿа-я])|(?<=[。！？])(?![」』）。！？])"
)
_STOP = re.compile(rf"[.!?…]{_NO_ABBREVIATION}{_NO_NUMBER}[\"'”’»)\]]*\s|[。！？]")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_BIDI_CONTROLS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C))


def one_line(text: str) -> str:
    """`text` on one line: every run of white space, line breaks and control characters becomes a space.

    In a prompt a line stands for a member, so text that cannot hold a line break cannot forge another member. Marks
    that only steer the direction of writing are dropped, since they could hide what a line says.
    """
    text = text.translate(_BIDI_CONTROLS)
    spaced = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp", "Zs"} else char for char in text)
    return " ".join(spaced.split())


def sentences(text: str) -> list[str]:
    """The sentences of `text`, each on one line, in order; none for text without any character to show."""
    found: list[str] = []
    start = 0
    line = one_line(text)
    for boundary in _BOUNDARY.finditer(line):
        found.append(line[start : boundary.end()].strip())
        start = boundary.end()
    found.append(line[start:].strip())
    return [sentence for sentence in found if _shows(sentence)]


def stops_inside(text: str) -> bool:
    """Whether a mark that ends sentences stands within a text, even before a small letter; that of "St." does not."""
    return _STOP.search(text) is not None


def words(text: str) -> list[str]:
    """The words of `text`, case-folded; a script without spaces counts each ideograph or kana as a word."""
    found: list[str] = []
    for run in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if any(_is_unspaced(char) for char in run):
            found.extend(run)
        else:
            found.append(run)
    return found


def _shows(text: str) -> bool:
    """Whether a reader would see anything of `text`; joiners and other format characters alone show nothing."""
    return any(unicodedata.category(char)[0] not in "CZ" for char in text)


def _is_unspaced(char: str) -> bool:
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff"


def asks(sentence: str) -> bool:
    """Whether a sentence is a question: nobody can agree with one."""
    return sentence.rstrip("\"'”’») 」』").endswith(("?", "？"))
