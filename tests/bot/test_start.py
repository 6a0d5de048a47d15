"""The first second of `accord`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest


@pytest.mark.parametrize("being_imported", ["bot.catalogue", "numpy"])
def test_ctrl_c_while_it_is_still_being_imported_leaves_130_and_no_traceback(being_imported: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from bot.start import main; main()"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPROFILEIMPORTTIME": "1"},
    )
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if line.rstrip().endswith(f" {being_imported}"):
            process.send_signal(signal.SIGINT)
            break
    rest, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, said[-500:]
    assert "Traceback" not in stderr
    assert rest == ""


def test_whatever_is_not_interrupted_goes_on_as_before() -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; sys.argv = ['accord', '--version']; from bot.start import main; main()",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert done.stdout.startswith("accord ")
