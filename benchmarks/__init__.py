import engine.models  # pyright: ignore[reportUnusedImport]  # noqa: F401  # sets how threads wait, before llama.cpp is loaded
