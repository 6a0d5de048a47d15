"""Says where a secret may lie in a file that git has or could take in; part of `make lint`.

detect-secrets looks; what it finds and a person found harmless (made-up passwords of tests, words about secrets in the
catalogue) is in .secrets.baseline by its hash. `python scripts/check_secrets.py --accept` writes that file anew: look
at each difference before it is committed. A line may move without anybody having to accept it again.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / ".secrets.baseline"
NOT_TEXT = re.compile(r"\.(png|svg|lock)$|^\.secrets\.baseline$")
"""Pictures, and locks, which are hashes throughout."""
PROSE = re.compile(r"\.md$|^bot/catalogue/")
"""Here the word "secret" before a colon is a sentence about ballots; whatever else looks like a secret counts."""
KEYWORD = "Secret Keyword"
ELSEWHERE = (
    "ArtifactoryDetector",
    "AzureStorageKeyDetector",
    "CloudantDetector",
    "IbmCloudIamDetector",
    "IbmCosHmacDetector",
    "IPPublicDetector",
    "MailchimpDetector",
    "NpmDetector",
    "SendGridDetector",
    "SoftlayerDetector",
    "SquareOAuthDetector",
    "StripeDetector",
    "TelegramBotTokenDetector",
    "TwilioKeyDetector",
)
"""Detectors of keys that nobody who works on this has; each costs a pass over every line."""


def found() -> dict[str, list[dict[str, Any]]]:
    """What looks like a secret, by file."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - whatever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        print("NOT LOOKED FOR SECRETS: this is no git checkout, so it is not known which files would be published.")
        return {}
    names = [name for name in listed.stdout.split("\0") if name and not NOT_TEXT.search(name)]
    command = [sys.executable, "-m", "detect_secrets", "scan"]
    for detector in ELSEWHERE:
        command += ["--disable-plugin", detector]
    scanned = subprocess.run(
        [*command, *(name for name in names if (ROOT / name).is_file())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if scanned.returncode:
        sys.exit(f"detect-secrets failed: {scanned.stderr.strip()}")
    results: dict[str, list[dict[str, Any]]] = json.loads(scanned.stdout)["results"]
    kept = {
        file: [one for one in some if one["type"] != KEYWORD or not PROSE.search(file)]
        for file, some in results.items()
    }
    return {file: some for file, some in kept.items() if some}


def new(
    results: dict[str, list[dict[str, Any]]], accepted: dict[str, list[dict[str, Any]]]
) -> list[tuple[str, int, str]]:
    """File, line and kind of what was found and not accepted, wherever in the file it was when it was."""
    known = {(file, one["type"], one["hashed_secret"]) for file, some in accepted.items() for one in some}
    return sorted(
        (file, one["line_number"], one["type"])
        for file, some in results.items()
        for one in some
        if (file, one["type"], one["hashed_secret"]) not in known
    )


def main(arguments: list[str]) -> int:
    """1 if something looks like a secret that nobody accepted."""
    results = found()
    if "--accept" in arguments:
        BASELINE.write_text(json.dumps({"results": results}, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        print(f"Accepted {sum(map(len, results.values()))} findings in {len(results)} files: look at each.")
        return 0
    surplus = new(results, json.loads(BASELINE.read_text(encoding="utf-8"))["results"])
    for file, line, kind in surplus:
        print(
            f"{file}:{line}: {kind}: take it out, and change it wherever it is valid, or see scripts/check_secrets.py"
        )
    if not surplus:
        print("No secrets beyond those in .secrets.baseline.")
    return int(bool(surplus))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
