"""The smallest effect that counts as a finding, per audit. With enough data any difference passes a test; a moderator
has to act on what matters only. Each is our convention, and stands beside the figure that it decides (`Figure.least`).
"""

from __future__ import annotations

from typing import Final

LEAN: Final = 0.02
"""A1, difference between groups' alignments. In the flying-etiquette survey the worst of 24 demographic groups
represents everybody by .024 less than the average one: less than that lies between any groups of people."""
ABOVE_SHUFFLED: Final = 0.01
"""A1, alignment with everybody above that of shuffled answers."""
STANCE: Final = 0.05
"""A1, a leaning or a habit on the scale from -1 to 1: one answer in forty that went to the other end."""
NARROWER: Final = 0.9
"""A1, variety must be below this share of the most united group's."""
LESS_TORN: Final = 0.9
"""A1, contradiction must be below this share of what unrelated pairs have."""
OF_IDEAL: Final = 0.05
"""A2, specificity and gain, as a share of what somebody has who knows the votes."""
TOPICS: Final = 0.1
"""A3, share of topics above chance."""
WINNERS: Final = 0.05
"""A4, winner changes between wordings beyond those between seeds, and variance that wordings cause beyond chance."""
FEWER_FLIPS: Final = 0.8
"""A4, votes must flip below this share of what they do when statements change places."""
RHO: Final = 0.1
"""A6, likeness of structures below which it is none, even where it is no chance."""
BAND: Final = 0.05
"""A6, how far outside its band a likeness or an error must lie."""
BALLOTS: Final = 0.05
"""Predictions beside ballots, share of agreement beyond what so few ballots tell."""
