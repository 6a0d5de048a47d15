"""Says which requirement in pyproject.toml the locks do not meet; part of `make lint`."""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """1 if a lock lags behind pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted: dict[str, list[str]] = {
        "runtime": project["project"]["dependencies"],
        "dev": project["project"]["dependencies"] + project["dependency-groups"]["dev"],
        "build": project["dependency-groups"]["build"],
        "models": project["dependency-groups"]["models"],
    }
    problems: list[str] = []
    for name, requirements in wanted.items():
        text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
        pins = re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)
        for requirement in map(Requirement, requirements):
            versions = [version for package, version in pins if package == canonicalize_name(requirement.name)]
            if not versions or not all(requirement.specifier.contains(version) for version in versions):
                problems.append(f"requirements/{name}.lock: {requirement} is not met (run make lock)")
        if "://" in text:
            problems.append(f"requirements/{name}.lock: names a host; indexes are the installing machine's business")
    print("\n".join(problems) or "The locks meet pyproject.toml.")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
