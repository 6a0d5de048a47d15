"""What can be wrong with the numbers that come in.

    WelfareError (ValueError)
    ├── EmptyProfileError   nobody to ask, or nothing to choose from
    ├── NotANumberError     a NaN or infinity where a number is needed
    ├── OutOfRangeError     a number outside its scale
    ├── WrongShapeError     not the array that was asked for
    └── UnknownRuleError    no rule of that name

Each carries a `code` and `parameters` and no prose: the face of the program finds the words.
"""

from __future__ import annotations

from typing import ClassVar


class WelfareError(ValueError):
    """Something that was passed in cannot be used."""

    code: ClassVar[str] = "welfare"

    def __init__(self, **parameters: object) -> None:
        self.parameters = parameters
        super().__init__(self.code, parameters)

    def __str__(self) -> str:
        named = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{self.code}({named})"


class EmptyProfileError(WelfareError):
    """No members or no candidates. Parameters: `name` of the array, its `shape`."""

    code = "empty_profile"


class NotANumberError(WelfareError):
    """A NaN or infinity. Parameters: `name` of the array, `where` (the index of the first one)."""

    code = "not_a_number"


class OutOfRangeError(WelfareError):
    """A number off its scale. Parameters: `name`, `found`, `lowest`, `highest` (None: unbounded)."""

    code = "out_of_range"


class WrongShapeError(WelfareError):
    """An array of another shape or kind. Parameters: `name`, `found`, `expected` (both as text)."""

    code = "wrong_shape"


class UnknownRuleError(WelfareError):
    """A rule that does not exist. Parameters: `rule` as given, `known` (the names that do)."""

    code = "unknown_rule"
