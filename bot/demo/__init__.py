"""A written thread, played through the real machinery: what `accord demo` shows."""
