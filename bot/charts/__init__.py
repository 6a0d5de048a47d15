"""Charts of a deliberation: inline SVG for the report, PNG with alt text for Discord.

Drawn by matplotlib: kept for twenty years, offline, no script in what it makes, and one drawing gives both formats. It
is imported when the first chart is drawn, since that takes half a second.
"""

from bot.charts.of_report import charts_of, letter_of
from bot.charts.pictures import (
    Chart,
    agreement_chart,
    map_chart,
    option_chart,
    participation_chart,
    speech_of_pictures,
    tally_chart,
)

__all__ = [
    "Chart",
    "agreement_chart",
    "charts_of",
    "letter_of",
    "map_chart",
    "option_chart",
    "participation_chart",
    "speech_of_pictures",
    "tally_chart",
]
