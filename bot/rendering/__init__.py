"""How facts look: rich panels for a terminal, Markdown for a file."""
