"""Names and descriptions of commands in Discord's languages, out of the catalogue."""

from __future__ import annotations

from discord import Locale, app_commands

from bot.catalogue import FALLBACK, say, speech_for, texts


def L(key: str) -> app_commands.locale_str:  # noqa: N802 - short, because every command has several
    """The text named `discord.command.<key>`, English with its key, for the translator."""
    whole = f"discord.command.{key}"
    return app_commands.locale_str(say(whole), key=whole)


class CatalogueTranslator(app_commands.Translator):
    """Looks a text up by its key; what a language lacks stays English."""

    async def translate(
        self, string: app_commands.locale_str, locale: Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """Implement `Translator.translate`."""
        del context
        language = speech_for(str(locale)).language
        key = string.extras.get("key")
        return None if language == FALLBACK or key is None else texts(language).get(str(key))
