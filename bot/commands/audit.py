"""`accord audit`: the group that its commands join."""

from __future__ import annotations

import typer

from bot.catalogue import say
from bot.commands.audit_deliberations import deliberations
from bot.commands.audit_model import model

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback(help=say("help.audit.about"))
def audit() -> None:
    """Group the audits: each is a command of its own."""


for name, command in {"model": model, "deliberations": deliberations}.items():
    app.command(name, help=say(f"help.audit.{name}.about"), short_help=say(f"help.audit.{name}.short"))(command)
