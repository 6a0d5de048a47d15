"""The commands of `accord`, a module each; `bot.__main__` puts them together."""
