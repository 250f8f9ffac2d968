"""Finds the Chromium that the browser tests drive; run as a script, installs it where CI=true and it is missing.

`make test` runs it first. Without CI it installs nothing: it says what is missing, and the browser tests skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
MISSING = (
    "No Chromium was found, so the browser tests cannot run. Install it: `apt-get install chromium` on Debian,"
    " `brew install --cask chromium` on macOS, or put chromium or google-chrome on the PATH."
)


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or next((str(path) for path in MAC if path.is_file()), None)


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() == "true"


def main() -> int:
    """0 when there is a Chromium or nobody asked for one to be installed, 1 when installing failed."""
    if find_chromium():
        return 0
    if not in_ci():
        print(MISSING, file=sys.stderr)
        return 0
    if not shutil.which("apt-get"):
        print(f"{MISSING} CI=true asks for an installation, but there is no apt-get here.", file=sys.stderr)
        return 1
    sudo = ["sudo"] if os.geteuid() != 0 else []
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]):
        print("+", *sudo, *command, flush=True)
        if subprocess.run([*sudo, *command], env=environment, check=False).returncode != 0:
            print(f"Installing Chromium failed: {' '.join(command)}", file=sys.stderr)
            return 1
    if not find_chromium():
        print("apt-get installed chromium, but no Chromium is on the PATH.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
