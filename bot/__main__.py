"""`accord`: puts the commands together and turns every error into one sentence and an exit code.

0 done, 1 the thing failed, 2 bad input or usage, 130 interrupted.
"""

from __future__ import annotations

import sys
import traceback
import uuid
from importlib import metadata
from typing import cast

import click
import typer
from rich.console import Console
from rich.text import Text

from bot.catalogue import error_sentence, say
from bot.commands import demo, draft, log, machine
from bot.errors import InputError
from engine.deliberation.errors import EngineError
from engine.models.cache import cache_folder
from engine.models.errors import ModelFileError
from welfare import WelfareError

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="accord",
    help=say("help.app"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(draft.draft)
app.command()(demo.demo)
app.command()(log.replay)
app.command()(log.verify)
app.command()(machine.models)
app.command()(machine.doctor)
app.command()(machine.rules)


def _version(wanted: bool) -> None:
    if wanted:
        Console().print(f"accord {metadata.version('accord')}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", help=say("help.version"), callback=_version, is_eager=True),
) -> None:
    """Turn a discussion into a deliberation."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    try:
        outcome = app(arguments, standalone_mode=False)
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.ClickException as problem:
        problem.show()
        return BAD_INPUT
    except (KeyboardInterrupt, click.exceptions.Abort):
        _complain(say("error.interrupted"))
        return INTERRUPTED
    except (InputError, ModelFileError) as problem:
        _complain(error_sentence(problem.code, problem.parameters))
        return BAD_INPUT
    except EngineError as problem:
        _complain(error_sentence(problem.code, problem.parameters))
        return BAD_INPUT if problem.code.startswith(("model_", "log_")) else FAILED
    except WelfareError as problem:
        _complain(error_sentence(problem.code, _spelled(problem.parameters)))
        return BAD_INPUT
    except Exception as problem:  # noqa: BLE001 - a person sees one sentence, the operator the rest
        _complain(_keep_incident(problem))
        return FAILED
    return outcome if isinstance(outcome, int) else DONE


def _spelled(parameters: dict[str, object]) -> dict[str, object]:
    return {
        name: ", ".join(map(str, cast("tuple[object, ...]", value))) if isinstance(value, tuple) else value
        for name, value in parameters.items()
    }


def _keep_incident(problem: Exception) -> str:
    """Write a mistake of ours to a file; the sentence that names it."""
    incident = uuid.uuid4().hex[:8]
    path = cache_folder() / f"incident-{incident}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(problem)), encoding="utf-8")
    except OSError:
        traceback.print_exception(problem)  # With nowhere to write, standard error is better than nothing.
    return say("error.bug", incident=incident, path=path)


def _complain(sentence: str) -> None:
    Console(stderr=True, soft_wrap=True).print(Text(sentence, style="red"))


if __name__ == "__main__":
    main()
