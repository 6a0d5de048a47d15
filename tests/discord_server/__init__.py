"""A Discord of our own on the loopback: REST and gateway that the unmodified discord.py logs into (see README.md)."""
