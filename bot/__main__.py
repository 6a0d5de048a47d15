"""`accord`: puts the commands together and turns every error into one sentence and an exit code.

0 done, 1 the thing failed, 2 bad input or usage, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import traceback
import uuid
from importlib import metadata
from types import FrameType
from typing import Annotated, Any, cast

import typer

from bot.catalogue import error_sentence, say
from bot.commands import audit, demo, draft, export, import_, influence, log, machine, predict
from bot.commands import migrate as migrate_command
from bot.commands import run as run_command
from bot.commands import status as status_command
from bot.commands import worker as worker_command
from bot.errors import InputError
from bot.invoked import invoked
from bot.rendering.console import console
from bot.rendering.escaping import shown
from engine.deliberation.errors import EngineError, UnreadableLogError
from engine.models.cache import cache_folder
from engine.models.errors import ModelFileError
from storage.errors import LogFileError, LogTooNewError
from welfare import WelfareError

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
BAD_INPUT_ERRORS = (InputError, ModelFileError, LogFileError, LogTooNewError, UnreadableLogError, WelfareError)
BAD_INPUT_CODES = frozenset(
    {
        "model_missing",
        "model_not_gguf",
        "model_truncated",
        "model_in_parts",
        "model_cannot_write",
        "model_not_loadable",
        "model_package_missing",
        "model_name_unknown",
    }
)
"""Errors that come from the model process arrive without their class."""

app = typer.Typer(
    name="accord",
    help=say("help.app"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for name, command in {
    "draft": draft.draft,
    "demo": demo.demo,
    "export": export.export,
    "import": import_.import_,
    "run": run_command.run,
    "worker": worker_command.worker,
    "status": status_command.status,
    "migrate": migrate_command.migrate,
    "replay": log.replay,
    "verify": log.verify,
    "predict": predict.predict,
    "influence": influence.influence,
    "models": machine.models,
    "doctor": machine.doctor,
    "rules": machine.rules,
}.items():
    app.command(name, help=say(f"help.{name}.about"), short_help=say(f"help.{name}.short"))(command)
app.add_typer(audit.app, name="audit", short_help=say("help.audit.short"))


def _version(wanted: bool) -> None:
    if wanted:
        console().print(f"accord {metadata.version('accord')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help=say("help.version"), callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Take what concerns no single command."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # A terminal that lacks a character shows another, and no traceback.
    # Whoever ends the process (a shutdown, `timeout`) gets the same clean stop as Ctrl-C, also where a shell has said
    # that Ctrl-C is to be ignored, as shells do to what they start in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(run(sys.argv[1:]))


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    signal.raise_signal(signal.SIGINT)


def run(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    try:
        outcome = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as problem:
        cast("Any", problem).show()  # usage and what is wrong with it, in the library's words
        return BAD_INPUT
    except (KeyboardInterrupt, typer.Abort):
        outcome = INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left (`accord demo | head`). What is still buffered must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FAILED
    except (EngineError, WelfareError) as problem:
        _complain(error_sentence(problem.code, problem.parameters))
        return BAD_INPUT if isinstance(problem, BAD_INPUT_ERRORS) or problem.code in BAD_INPUT_CODES else FAILED
    except OSError as problem:  # no room for temporary files, no process to be had
        _complain(say("error.system", reason=problem.strerror or str(problem), accord=invoked()))
        return FAILED
    except Exception as problem:  # noqa: BLE001 - a person sees one sentence, the operator the rest
        _complain(_keep_incident(problem))
        return FAILED
    if outcome == INTERRUPTED:  # typer itself turns Ctrl-C into this code
        _complain(say("error.interrupted"))
    return outcome if isinstance(outcome, int) else DONE


def _keep_incident(problem: Exception) -> str:
    """Write a mistake of ours to a file; the sentence that names it."""
    incident = uuid.uuid4().hex[:8]
    path = cache_folder() / f"incident-{incident}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(problem)), encoding="utf-8")
    except OSError as unkept:
        return say("error.bug_unkept", incident=incident, path=path, problem=f"{problem!r}; {unkept.strerror}")
    return say("error.bug", incident=incident, path=path)


def _complain(sentence: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        console(error=True, soft_wrap=True).print(shown(sentence, "red"))


if __name__ == "__main__":
    main()
