"""Answers to interactions, and the messages that follow."""

from __future__ import annotations

from tests.discord_server.refusing import Json
from tests.discord_server.rest.routes import Call, route


@route("POST", "/interactions/{interaction}/{token}/callback")
def answer(call: Call) -> Json | None:
    told = call.state.interactions.answer(call.path["interaction"], call.path["token"], call.body, call.files)
    return told if call.query.get("with_response") in ("1", "true") else None


@route("POST", "/webhooks/{application}/{token}")
def follow(call: Call) -> Json:
    interactions = call.state.interactions
    interaction = interactions.open(call.path["application"], call.path["token"])
    return interactions.follow(interaction, call.body, call.files).payload()


@route("GET", "/webhooks/{application}/{token}/messages/{message}")
def shown(call: Call) -> Json:
    interactions = call.state.interactions
    interaction = interactions.open(call.path["application"], call.path["token"])
    return interactions.shown(interaction, call.path["message"]).payload()


@route("PATCH", "/webhooks/{application}/{token}/messages/{message}")
def edit(call: Call) -> Json:
    interactions = call.state.interactions
    interaction = interactions.open(call.path["application"], call.path["token"])
    return interactions.edit(interaction, call.path["message"], call.body, call.files).payload()


@route("DELETE", "/webhooks/{application}/{token}/messages/{message}")
def delete(call: Call) -> None:
    interactions = call.state.interactions
    interactions.delete(interactions.open(call.path["application"], call.path["token"]), call.path["message"])
