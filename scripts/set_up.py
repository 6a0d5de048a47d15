"""Brings .venv to what requirements/*.lock say, showing what happens; nothing is done twice.

Called by `scripts/set-up` with `run` or `dev`. Standard library only: nothing else is there yet when this runs.

Every step leaves its input (mostly the text of a lock) in .venv as a stamp once it has succeeded, and runs again only
when the two differ. So a set-up that was stopped goes on where it was, and a changed lock redoes its own step.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".set-up"
LOG = ROOT / "out" / "set-up.log"

UNFINISHED = "# unfinished\n"
"""Begins the stamp of a step that was stopped: pip may think such packages whole, so they are written again."""

OLDEST = (3, 11)
NEWEST = {"run": (3, 99), "dev": (3, 13)}  # scripts/set-up says why

COMPILERS = (
    ("C", os.environ.get("CC"), ("cc", "gcc", "clang"), ".c", "#include <stdio.h>\nint main(void) { return 0; }\n"),
    ("C++", os.environ.get("CXX"), ("c++", "g++", "clang++"), ".cpp", "#include <vector>\nint main() { return 0; }\n"),
)


class CannotSetUpError(Exception):
    """Set-up cannot go on; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Step:
    """One call of pip, and what its stamp says once it is done."""

    name: str
    title: str
    requirements: str
    """For pip's -r; empty for the project itself."""
    stamp: str


def main(level: str) -> None:
    """Do whatever is not done yet."""
    with _one_at_a_time() as turn:
        rebuild = _stamp("build").startswith(UNFINISHED) or not _venv_is_sound(level)
        steps = [step for step in _steps(level) if rebuild or _stamp(step.name) != step.stamp]
        if not steps:
            return
        if any(step.name == "llama.cpp" for step in steps):
            _need_compilers()
            _need_space()
        started = time.monotonic()
        LOG.unlink(missing_ok=True)
        if rebuild:
            _make_venv()
        for number, step in enumerate(steps, 1):
            _install(step, f"[{number}/{len(steps)}] {step.title}", turn)
            if step.name == "dev":  # holds everything of "runtime"
                _write_stamp("runtime", _lock("runtime"))
        _say(f"Set up in {_duration(time.monotonic() - started)}; the next call will find it ready.\n")


def _steps(level: str) -> list[Step]:
    llama, _ = _take_out(_lock("runtime"), "llama-cpp-python")
    if level == "dev":
        libraries = Step("dev", "Libraries, test tools and linters", *_without_llama("dev"))
    else:
        libraries = Step("runtime", "Libraries", *_without_llama("runtime"))
    # Without CMAKE_ARGS, a llama.cpp that was once compiled for, say, a GPU stays as it is.
    arguments = os.environ.get("CMAKE_ARGS") or _stamp("llama.cpp").partition("# CMAKE_ARGS=")[2].strip()
    return [
        Step("build", "Tools that build", _lock("build"), _lock("build")),
        libraries,
        Step(
            "llama.cpp",
            "llama.cpp, compiled for this machine (about 4 minutes on 2 cores)",
            llama,
            f"{llama}# CMAKE_ARGS={arguments}\n",
        ),
        Step("models", "Two small language models, 180 MB", _lock("models"), _lock("models")),
        Step("project", "Accord itself", "", (ROOT / "pyproject.toml").read_text(encoding="utf-8")),
    ]


def _lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")


def _without_llama(name: str) -> tuple[str, str]:
    """A lock without llama.cpp, which is a step of its own, and the whole lock."""
    return _take_out(_lock(name), "llama-cpp-python")[1], _lock(name)


def _take_out(lock: str, package: str) -> tuple[str, str]:
    """The lines about one package, and all others."""
    entry = re.search(rf"^{re.escape(package)}==.*\n(?:[ \t].*\n)*", lock, re.MULTILINE)
    if entry is None:
        raise CannotSetUpError(f"a file in requirements/ does not name {package}, so please restore it from git.")
    return entry[0], lock[: entry.start()] + lock[entry.end() :]


# --- what is there already


@contextlib.contextmanager
def _one_at_a_time() -> Generator[int]:
    """`make demo` and `make test` started together take turns. Yields the lock, which pip holds as well."""
    folder = os.open(ROOT / "requirements", os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another set-up is at work in this folder: waiting for it.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(folder)


def _venv_is_sound(level: str) -> bool:
    """Whether .venv was made here, by a Python that still is the same and fits, and can install."""
    try:
        made_with = re.search(r"^version(?:_info)? *= *(\d+\.\d+)", (VENV / "pyvenv.cfg").read_text(), re.MULTILINE)
        made_for = re.search(r"VIRTUAL_ENV=[\"']?(/.*?)[\"']?$", (VENV / "bin" / "activate").read_text(), re.MULTILINE)
        probe = "import sys, pip._internal.cli.main; print(*sys.version_info[:2])"
        answer = subprocess.run([PYTHON, "-I", "-c", probe], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    version = tuple(int(part) for part in answer.stdout.split())
    return (
        made_with is not None
        and made_with[1] == ".".join(map(str, version))
        and made_for is not None
        and Path(made_for[1]) == VENV
        and OLDEST <= version <= NEWEST[level]
        and ("PYTHON" not in os.environ or version == sys.version_info[:2])
    )


def _stamp(name: str) -> str:
    try:
        return (STAMPS / name).read_text(encoding="utf-8")
    except OSError:
        return ""


def _write_stamp(name: str, content: str) -> None:
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(content, encoding="utf-8")


def _need_compilers() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for language, chosen, usual, suffix, program in COMPILERS:
            source = Path(folder, f"try{suffix}")
            source.write_text(program, encoding="utf-8")
            candidates = [chosen.split()] if chosen else [[name] for name in usual if shutil.which(name)]
            if not any(_compiles([*command, str(source), "-o", str(source.with_suffix(""))]) for command in candidates):
                raise CannotSetUpError(
                    f"llama.cpp is compiled for this machine and no working {language} compiler was found, so please "
                    "install one (Debian, Ubuntu: apt install build-essential; macOS: xcode-select --install) and run "
                    "this again."
                )


def _compiles(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def _need_space() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < 3e9:
        raise CannotSetUpError(
            f"set-up needs about 3 GB and {free / 1e9:.1f} GB are free here, so please make room and run this again."
        )


# --- what is done


def _make_venv() -> None:
    _say(f"Making .venv with python {sys.version.split()[0]}")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        reason = (made.stdout + made.stderr).strip().splitlines()[-1:] or ["no reason given"]
        raise CannotSetUpError(f"python could not make .venv ({reason[0].rstrip('.')}).")


def _install(step: Step, title: str, turn: int) -> None:
    environment = dict(os.environ)
    environment.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
    # Locks name everything with its hash, and the tools that build are locked as well: nothing is left to resolve.
    command = [str(PYTHON), "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--no-build-isolation", "--progress-bar", "off"]
    if step.name == "llama.cpp":
        command += ["--verbose"]  # so that the compiler's own count of files can be shown
        if arguments := step.stamp.partition("# CMAKE_ARGS=")[2].strip():
            environment["CMAKE_ARGS"] = arguments
            command += ["--force-reinstall", "--no-cache-dir"]  # pip's cache does not know CMAKE_ARGS
    if _stamp(step.name).startswith(UNFINISHED):
        command += ["--force-reinstall"]
    with tempfile.TemporaryDirectory() as folder:
        _write_stamp(step.name, UNFINISHED + step.stamp)
        if step.requirements:
            file = Path(folder, "requirements.txt")
            file.write_text(step.requirements, encoding="utf-8")
            command += ["--require-hashes", "-r", str(file)]
        else:
            command += ["--editable", "."]
        packages = len(re.findall(r"^\S+==", step.requirements, re.MULTILINE))
        _run(command, environment, title, packages, turn)
    _write_stamp(step.name, step.stamp)


def _run(command: list[str], environment: dict[str, str], title: str, packages: int, turn: int) -> None:
    """Run pip, keeping what it says in the log and showing where it is.

    It holds our turn too: should this process be killed, the next one waits until pip has come to its end.
    """
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a", encoding="utf-8") as log, _Progress(title) as progress:
        print(f"\n# {title}", file=log)
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=[turn],
        )
        assert process.stdout is not None
        seen = 0
        for line in process.stdout:
            log.write(line)
            text = line.strip()
            if compiled := re.match(r"\[(\d+/\d+)\]", text):
                progress.now = f"file {compiled[1]}"
            elif text.startswith(("Collecting ", "Requirement already satisfied", "Ignoring ")):
                seen += 1
                progress.now = f"{seen} of {packages}"
            elif text.startswith("Installing collected"):
                progress.now = "writing files"
        progress.failed = process.wait() != 0
    if progress.failed:
        tail = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        _say("\n".join(f"    {line}" for line in tail))
        raise CannotSetUpError(
            f"pip stopped (its last words are above, the rest is in {LOG.relative_to(ROOT)}); what was done is kept, "
            "and running this again goes on from here."
        )


class _Progress:
    """One line that is rewritten every second on a terminal; in a log, a line now and then."""

    def __init__(self, title: str) -> None:
        self.now = ""
        self.failed = False
        self._title = title
        self._terminal = sys.stdout.isatty()
        self._started = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> _Progress:
        if not self._terminal:
            _say(self._title)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._show("stopped" if self.failed else "done", last=True)

    def _tick(self) -> None:
        while not self._over.wait(1 if self._terminal else 20):
            self._show(self.now or "working")

    def _show(self, what: str, *, last: bool = False) -> None:
        spent = _duration(time.monotonic() - self._started)
        if self._terminal:
            line = f"{self._title}: {what}, {spent}"[: shutil.get_terminal_size().columns - 1]
            print(f"\r\033[K{line}", end="\n" if last else "", flush=True)
        else:
            _say(f"      {what}, {spent}")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{int(seconds) // 60} min {int(seconds) % 60:02} s"


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except CannotSetUpError as error:
        sys.exit(f"accord: {error}")
    except KeyboardInterrupt:
        sys.exit("\naccord: stopped; running this again goes on from here.")
