"""A page as a PNG, by a headless Chromium if the machine has one."""

from __future__ import annotations

import asyncio
import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

TALLEST = 6000
"""Pixels; what is empty below is cut off."""
PATIENCE = 60.0


def browser() -> str | None:
    """The Chromium of this machine."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


async def draw(page: str, path: Path, *, width: int = 680) -> None:
    """Write a page as a PNG of twice the resolution. Raises FileNotFoundError where there is no Chromium."""
    program = browser()
    if program is None:
        raise FileNotFoundError("chromium is not installed")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.png"
        await asyncio.to_thread(source.write_text, page, encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            program,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=2",
            f"--user-data-dir={folder}/profile",
            f"--window-size={width},{TALLEST}",
            f"--screenshot={target}",
            source.as_uri(),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await asyncio.wait_for(process.wait(), PATIENCE)
        await asyncio.to_thread(_cropped, target.read_bytes(), path)


def _cropped(data: bytes, path: Path) -> None:
    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    background = Image.new("RGB", picture.size, picture.getpixel((picture.width - 1, picture.height - 1)))
    box = ImageChops.difference(picture, background).getbbox()
    bottom = picture.height if box is None else min(picture.height, box[3] + 24)
    picture.crop((0, 0, picture.width, bottom)).quantize(128).save(path, optimize=True)
