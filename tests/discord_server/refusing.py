"""How Discord says no: a status, a code and, for a form, what is wrong with which field.

Codes are those of https://docs.discord.com/developers/topics/opcodes-and-status-codes.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""An object of a payload: as wide as what a program may send."""

CODES: dict[int, tuple[int, str]] = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30003: (400, "Maximum number of pins reached for the channel (250)"),
    30010: (400, "Maximum number of reactions reached (20)"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
}


class RefusedError(Exception):
    """Discord's answer to what it does not accept."""

    def __init__(self, code: int, *, status: int | None = None, message: str | None = None) -> None:
        usual_status, usual_message = CODES.get(code, (400, "Bad Request"))
        self.code = code
        self.status = usual_status if status is None else status
        self.message = usual_message if message is None else message
        self.errors: Json = {}
        super().__init__(f"{self.status} {code}: {self.message}")

    def body(self) -> Json:
        """What the client reads."""
        body: Json = {"message": self.message, "code": self.code}
        return body | {"errors": self.errors} if self.errors else body


class Form:
    """What is wrong with the fields of a payload; all of it is said at once."""

    def __init__(self) -> None:
        self._wrong: list[tuple[str, str, str]] = []

    def wrong(self, field: str, code: str, message: str) -> None:
        """Note that a field (dotted, "components.0.label") is not accepted."""
        self._wrong.append((field, code, message))

    def length(self, field: str, value: Any, least: int, most: int) -> bool:
        """Note a text whose length is not accepted; whether it was."""
        if not isinstance(value, str):
            self.wrong(field, "BASE_TYPE_REQUIRED", "This field is required")
        elif len(value) < least:
            self.wrong(field, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        elif len(value) > most:
            self.wrong(field, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        else:
            return True
        return False

    def number(self, field: str, value: Any, least: float, most: float) -> bool:
        """Note a number that is not accepted; whether it was."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.wrong(field, "NUMBER_TYPE_COERCE", "Value is not a number.")
        elif value < least:
            self.wrong(field, "NUMBER_TYPE_MIN", f"Value should be greater than or equal to {least}.")
        elif value > most:
            self.wrong(field, "NUMBER_TYPE_MAX", f"Value should be less than or equal to {most}.")
        else:
            return True
        return False

    def count(self, field: str, values: Any, least: int, most: int) -> bool:
        """Note a list that is too short or too long; whether it was neither."""
        if not isinstance(values, list):
            self.wrong(field, "BASE_TYPE_REQUIRED", "This field is required")
            return False
        if not least <= len(values) <= most:  # pyright: ignore[reportUnknownArgumentType]
            self.wrong(field, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
            return False
        return True

    def refuse(self) -> None:
        """Raise if anything was noted."""
        if not self._wrong:
            return
        refused = RefusedError(50035)
        for field, code, message in self._wrong:
            place = refused.errors
            for part in field.split("."):
                place = place.setdefault(part, {})
            place.setdefault("_errors", []).append({"code": code, "message": message})
        refused.args = (f"400 50035: {'; '.join(f'{field}: {message}' for field, _, message in self._wrong)}",)
        raise refused


def objects(thing: Json, key: str) -> list[Json]:
    """The list of objects under a key; none where it is missing or null."""
    return thing.get(key) or []


def inner(thing: Json, key: str) -> Json:
    """The object under a key; an empty one where it is missing or null."""
    return thing.get(key) or {}


def wrong_fields(answer: Json, *, at: str = "") -> set[str]:
    """What was wrong, flat: `{"components.0.label: BASE_TYPE_MAX_LENGTH"}`."""
    found: set[str] = set()
    for key, value in answer.items():
        if key == "_errors":
            found |= {f"{at[1:]}: {problem['code']}" for problem in value}
        else:
            found |= wrong_fields(value, at=f"{at}.{key}")
    return found
