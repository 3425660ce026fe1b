#!/bin/bash
# install_tool.sh v1: installs what brink needs (Debian packages, as root or with sudo) and builds it.
set -eu
[ "${1:-}" = v1 ] || { echo "install_tool.sh: version '${1:-}' is not known, v1 is" >&2; exit 1; }
cd "$(dirname "$0")/../.."
. tools/setup.sh
need_packages packages.txt
cmake --preset release -DBRINK_TESTS=OFF
cmake --build build/release --target brink
build/release/brink --version
