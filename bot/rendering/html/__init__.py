"""The report: one HTML file without scripts, fonts or pictures from elsewhere."""

from bot.rendering.html.page import report_html

__all__ = ["report_html"]
