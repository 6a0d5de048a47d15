"""A few rounds of what `python -m tests.torture` does for hours."""

from __future__ import annotations

from pathlib import Path

from tests.torture.harness import Torture


async def test_nothing_that_was_acknowledged_is_lost_or_doubled_whatever_is_killed(tmp_path: Path) -> None:
    report = await Torture(tmp_path / "torture", seed=7).run(rounds=6, seconds=15)
    assert sum(report.disturbances.values()) >= 1
    assert report.ballots > 2
    assert report.drafts >= 2
    assert report.minority_views >= 2
