#!/usr/bin/env bash
# Installs the pinned SDKs of the end-to-end tests under .cache, once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../../.cache
mkdir -p "$cache"

# once NAME FILE... runs the rest of the line unless it ran for these files.
once() {
  local name=$1 stamp
  shift
  stamp=$cache/$name.$(cat "$@" | sha256sum | cut -c1-16)
  [ -e "$stamp" ] && return
  echo "installing the $name SDKs"
  "install_$name"
  touch "$stamp"
}

install_python() {
  rm -rf "$cache/python"
  "${PYTHON:-python3}" -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action ignore \
    --no-deps --target "$cache/python" --requirement "$here/python/requirements.txt"
}

install_node() {
  rm -rf "$cache/node"
  mkdir -p "$cache/node"
  cp "$here/node/package.json" "$here/node/package-lock.json" "$here/node/.npmrc" "$cache/node/"
  (cd "$cache/node" && npm ci --silent)
}

once python "$here/python/requirements.txt"
once node "$here/node/package.json" "$here/node/package-lock.json"
