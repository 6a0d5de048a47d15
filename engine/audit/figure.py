"""What an audit finds: figures, each beside what tells the reader whether it is good."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

Interval = tuple[float, float]

TOO_FEW = "too_few"
SLIGHT = "slight"
"""There is something, but less than counts."""


class Figure(BaseModel):
    """One number of an audit. `verdict` is a code that the catalogue puts into words; `TOO_FEW` has no value."""

    model_config = ConfigDict(frozen=True)

    name: str
    """What it measures, as a code."""
    about: str = ""
    """What of several it is about: a group, a topic, a template, a phrase."""
    value: float | None
    interval: Interval | None = None
    """Where 95 % of the bootstrap draws over members lie."""
    null: Interval | None = None
    """Where 95 % of the draws lie when there is nothing to find."""
    band: Interval | None = None
    """Where 95 % of the draws lie of the truth made as wrong, at random, as what is audited."""
    ceiling: float | None = None
    """The best that could be reached on the same data, such as people's own agreement."""
    p: float | None = None
    """The permutation p-value against the null."""
    least: float | None = None
    """The smallest effect that counts (`engine.audit.least_effects`), in the unit of `value`."""
    members: int | None = None
    statements: int | None = None
    verdict: str


class Audit(BaseModel):
    """One of the audits A1 to A6 with all that it found; the first figure is the one a moderator reads."""

    model_config = ConfigDict(frozen=True)

    name: str
    """`A1` to `A6`."""
    verdict: str
    figures: tuple[Figure, ...]
    data: dict[str, list[list[float | None]]] = {}
    """Matrices that the plots are drawn from, by name."""
    labels: dict[str, list[str]] = {}
    """What the rows and columns of the matrices are."""
