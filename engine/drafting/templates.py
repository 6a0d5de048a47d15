"""The words around members' words in a prompt, per language. Tuned and audited as part of the product."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Against:
    """What differs where the members' words are reasons against a statement."""

    statement: str
    opinions: str
    draft: str
    answer_begins: str


@dataclass(frozen=True)
class Template:
    """A prompt's fixed text. `answer_begins` is put in the drafter's mouth, which keeps a small model on track."""

    question: str
    opinions: str
    draft: str
    redraft: str
    critiques: str
    previous: str
    answer_begins: str
    against: Against


ENGLISH = Template(
    question="A group discusses this question: {question}\n\n",
    opinions="What members said:\n",
    previous="\nThe group's last draft: {previous}\n",
    critiques="\nWhat members said about the last draft:\n",
    draft=(
        "\nWrite one sentence that all of these members could agree with: say what to do, then under which conditions."
        " Use only words that members used."
    ),
    redraft=(
        "\nWrite the last draft again in one sentence that all of these members could agree with: say what to do, then"
        " under which conditions. Use only words that members used."
    ),
    answer_begins="We agree that",
    against=Against(
        statement="The group voted on this statement: {statement}\n\n",
        opinions="Why some members voted against it:\n",
        draft=(
            "\nWrite one sentence that says for all of these members why they are against it."
            " Use only words that members used."
        ),
        answer_begins="We are against this because",
    ),
)

TUNED_ENGLISH = Template(
    question=ENGLISH.question,
    opinions=ENGLISH.opinions,
    previous=ENGLISH.previous,
    critiques=ENGLISH.critiques,
    draft="\nWrite one sentence that these members can agree on.",
    redraft=ENGLISH.redraft,
    answer_begins="",
    against=ENGLISH.against,
)
"""After which a drafter with an adapter learned sentences that join a few opinions. It learned how a sentence begins,
so nothing is put in its mouth."""

POINT_ENGLISH = replace(
    TUNED_ENGLISH, opinions="What a member said:\n", draft="\nWrite it as one clause of the group's statement."
)
"""What a drafter with an adapter reads: one opinion, which it says as a clause of a statement. It speaks this wording
alone, so a change needs a new adapter."""
NO_POINT = "-"
"""What it answers to an opinion that says nothing for a statement."""

JAPANESE = Template(
    question="あるグループが次の問いについて話し合っています：{question}\n\n",
    opinions="メンバーの発言：\n",
    previous="\n前回の案：{previous}\n",
    critiques="\n前回の案への意見：\n",
    draft="\n全員が同意できる短い文を一つ書いてください。共通点と、メンバーが求めた条件を述べ、発言にないことは書かないでください。",
    redraft="\n全員が同意できるように前回の案を改善してください。共通点を残し、メンバーが求めた条件を加え、発言にないことは書かないでください。",
    answer_begins="私たちは",
    against=Against(
        statement="グループは次の文について投票しました：{statement}\n\n",
        opinions="反対したメンバーの理由：\n",
        draft="\nこのメンバー全員に代わって、反対する理由を短い文一つで書いてください。発言にないことは書かないでください。",
        answer_begins="私たちが反対するのは",
    ),
)

CHINESE = Template(
    question="一个小组正在讨论这个问题：{question}\n\n",
    opinions="成员的发言：\n",
    previous="\n上一版草案：{previous}\n",
    critiques="\n成员对上一版草案的意见：\n",
    draft="\n请写一段所有成员都能同意的简短声明，说明共同点和成员提出的条件，只使用成员说过的内容。",
    redraft="\n请改进上一版草案，使所有成员都能同意。保留共同点，加入成员提出的条件，只使用成员说过的内容。",
    answer_begins="我们同意",
    against=Against(
        statement="小组对这份声明进行了投票：{statement}\n\n",
        opinions="一些成员反对的理由：\n",
        draft="\n请用一句简短的话，代表这些成员说明他们为什么反对，只使用成员说过的内容。",
        answer_begins="我们反对，因为",
    ),
)

ANY_LANGUAGE = Template(
    question=ENGLISH.question,
    opinions=ENGLISH.opinions,
    previous=ENGLISH.previous,
    critiques=ENGLISH.critiques,
    draft=ENGLISH.draft + " Write in the language of the members.",
    redraft=ENGLISH.redraft + " Write in the language of the members.",
    answer_begins="",
    against=replace(
        ENGLISH.against, draft=ENGLISH.against.draft + " Write in the language of the members.", answer_begins=""
    ),
)

_BY_LANGUAGE = {"en": ENGLISH, "ja": JAPANESE, "zh": CHINESE}


def template_for(language: str) -> Template:
    """The template for a language tag ("en", "en-GB", "zh-CN"); one that asks for the members' language otherwise."""
    return _BY_LANGUAGE.get(language.partition("-")[0].lower(), ANY_LANGUAGE)


def against(template: Template, statement: str) -> Template:
    """The template with the words for reasons against a statement."""
    words = template.against
    return replace(
        template,
        question=template.question + words.statement.format(statement=statement).replace("{", "{{").replace("}", "}}"),
        opinions=words.opinions,
        draft=words.draft,
        answer_begins=words.answer_begins,
    )
