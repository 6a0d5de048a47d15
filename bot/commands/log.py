"""`accord replay` and `accord verify`: is a log whole, and does the same come out again?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.catalogue import error_sentence, say
from bot.errors import InputError
from bot.rendering.console import console
from bot.rendering.escaping import shown
from bot.rendering.result import reselection_lines
from engine.deliberation.evolve import fold
from engine.deliberation.receipts import ReceiptCheck
from engine.selection import Reselection, reselect
from storage.errors import LogFileError
from storage.export import read_events
from storage.export.bundle import Signed
from storage.signing import fingerprint
from storage.verify import Verification, check_receipt
from storage.verify import verify as verify_log

LogPath = Annotated[Path, typer.Argument(metavar="LOG", help=say("help.log.path"))]


def replay(log: LogPath) -> int:
    """Fold a log again, run its selections again and say whether the same statements win."""
    screen = console()
    if _whole(screen, log) is None:
        return 1
    events = read_events(log)
    state = fold(events)
    outcome = say(f"outcome.{state.outcome.outcome}" if state.outcome is not None else "replay.open")
    phase = say(f"named.{state.phase.value}")
    screen.print(say("replay.outcome", events=len(events), phase=phase, outcome=outcome))
    return _print_reselections(screen, reselect(events))


def verify(
    log: LogPath,
    receipt: Annotated[str | None, typer.Option(help=say("help.log.receipt"))] = None,
    key: Annotated[str | None, typer.Option(help=say("help.log.key"))] = None,
    head: Annotated[str | None, typer.Option(help=say("help.log.head"))] = None,
) -> int:
    """Check a log's chain, its tallies, its selections and, where named, its head, its signature and one ballot."""
    screen = console()
    tag, separator, salt = _joined(receipt or "").partition(":")
    if receipt is not None and not (tag and separator and _is_hex(salt)):
        raise InputError("receipt_form", given=receipt)
    found = _whole(screen, log)
    if found is None:
        return 1
    screen.print(say("verify.whole", records=found.records, head=found.head))
    if found.absent:
        screen.print(say("verify.erased", count=found.absent))
    failed = max(_print_head(screen, found.head, head), _print_signature(screen, found.signed, key))
    for poll in found.polls:
        if poll.differences:
            failed = 1
            screen.print(Text(say("verify.differs", poll=poll.poll, fields=", ".join(poll.differences)), style="red"))
        else:
            screen.print(say("verify.tally" if poll.recomputable else "verify.attested", poll=poll.poll))
    failed = max(failed, _print_reselections(screen, found.selections))
    if receipt is not None:
        failed = max(failed, _print_receipt(screen, check_receipt(log, tag, salt)))
    return failed


def _whole(screen: Console, log: Path) -> Verification | None:
    """What a whole log holds; of a broken one the line and the fault are told."""
    try:
        return verify_log(log)
    except LogFileError as problem:
        if problem.code not in ("log_broken", "bundle_broken", "signature_wrong"):
            raise
        if problem.code == "log_broken":
            fault = say(f"fault.log_broken.{problem.parameters['fault']}")
            told = say("verify.broken", line=problem.parameters["line"], what=fault)
        else:
            told = error_sentence(problem.code, problem.parameters)
        screen.print(shown(told, "red"))
        return None


def _print_head(screen: Console, head: str, wanted: str | None) -> int:
    """What the head is worth: anyone can write a whole log, but not one with the head that others saw."""
    if wanted is None:
        screen.print(say("verify.compare"))
        return 0
    if _joined(wanted) == _joined(head):
        screen.print(say("verify.same_head"))
        return 0
    screen.print(shown(say("verify.other_head", head=wanted), "red"))
    return 1


def _print_signature(screen: Console, signed: Signed, wanted: str | None) -> int:
    """Who signed; 1 if it is not whom the caller wants."""
    if signed.files:
        screen.print(say("verify.files", count=signed.files))
    screen.print(say("verify.unsigned") if signed.key is None else say("verify.signed", key=fingerprint(signed.key)))
    if wanted is None or (signed.key is not None and _joined(fingerprint(signed.key)) == _joined(wanted)):
        return 0
    screen.print(Text(say("verify.other_key"), style="red"))
    return 1


def _joined(digits: str) -> str:
    """Hexadecimal digits as they were before somebody copied them."""
    return "".join(digits.split()).lower()


def _print_receipt(screen: Console, found: ReceiptCheck) -> int:
    """What became of one ballot, and what it says, for its voter to compare; 1 if nothing shows that it counts."""
    screen.print(say(f"verify.receipt.{found.status}"))
    if found.status != "counted":
        return 1
    if found.ballot is not None:
        grades = ", ".join(f"{option}: {grade}" for option, grade in sorted(found.ballot.grades.items()))
        screen.print(shown(say("verify.ballot_grades", grades=grades or "–")))
        if found.ballot.ranking:
            ranking = " > ".join(" = ".join(tier) for tier in found.ballot.ranking)
            screen.print(shown(say("verify.ballot_ranking", ranking=ranking)))
    return 0


def _print_reselections(screen: Console, selections: Sequence[Reselection]) -> int:
    """Each selection run again; 1 if another statement won than the log says."""
    for line in reselection_lines(selections):
        screen.print(shown(line))
    return 1 if any(selection.status == "different" for selection in selections) else 0


def _is_hex(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) > 0
    except ValueError:
        return False
