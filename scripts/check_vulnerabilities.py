"""Says which locked package has a known vulnerability, by PyPI's own list; part of `make lint`.

A finding fails. Where the list cannot be had (no network, or an index that mirrors packages but not PyPI's JSON) it
says loudly that nothing was checked, and why, and does not fail: lint has to work there too.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("dev", "build", "models")
"""`dev` holds all of `runtime`."""
TIMEOUT = 10
"""Seconds for one answer of PyPI's."""
ACCEPTED: dict[str, str] = {}
"""Vulnerabilities that do not concern us: their id, and why."""
NO_ANSWER = ("ConnectionError", "ServiceError", "Timeout", "ProxyError", "SSLError", "Failed to")


class UnansweredError(Exception):
    """PyPI's list cannot be had; the message says why."""


class BrokenError(Exception):
    """pip-audit ended for another reason; the message is its last line."""


def main() -> int:
    """1 if a package has a known vulnerability, or pip-audit broke for another reason than the network."""
    if importlib.util.find_spec("pip_audit") is None:
        print("pip-audit is not installed here: run make test once.")
        return 1
    try:
        return judge([one for lock in LOCKS for one in audited(ROOT / "requirements" / f"{lock}.lock")])
    except UnansweredError as reason:
        return _not_checked(str(reason))
    except BrokenError as reason:
        print(f"pip-audit failed: {reason}")
        return 1


def audited(lock: Path) -> list[dict[str, Any]]:
    """What pip-audit says of each package of a lock: `vulns`, or a `skip_reason`."""
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", "pypi", "--disable-pip"]
    command += ["--progress-spinner", "off", "--format", "json", "--timeout", str(TIMEOUT), "--requirement", str(lock)]
    for identity in ACCEPTED:
        command += ["--ignore-vuln", identity]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        return json.loads(answer.stdout)["dependencies"]
    except ValueError:
        last = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise (UnansweredError if any(word in last for word in NO_ANSWER) else BrokenError)(last) from None


def judge(packages: list[dict[str, Any]]) -> int:
    """Tell what pip-audit found about each package; 1 if there is a vulnerability."""
    skipped = [one for one in packages if "skip_reason" in one]
    vulnerable = [one for one in packages if one.get("vulns")]
    for one in vulnerable:
        for known in one["vulns"]:
            mended = ", ".join(known["fix_versions"]) or "no version yet"
            print(f"{one['name']} {one['version']}: {known['id']}, mended in {mended}")
    if vulnerable:
        return 1
    if skipped and len(skipped) == len(packages):
        return _not_checked(f"this index has no PyPI JSON for any of {len(packages)} locked versions")
    print(f"No known vulnerabilities in {len(packages) - len(skipped)} of {len(packages)} packages.")
    if skipped:
        print(f"NOT CHECKED, unknown to PyPI's JSON: {', '.join(sorted(one['name'] for one in skipped))}")
    return 0


def _not_checked(reason: str) -> int:
    print(f"NOT CHECKED FOR KNOWN VULNERABILITIES: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
