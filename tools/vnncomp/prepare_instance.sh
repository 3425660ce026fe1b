#!/bin/sh
# prepare_instance.sh v1 CATEGORY ONNX VNNLIB: nothing is left of an earlier instance, both files are
# there, unpacked if they are kept as .gz, and the network is one that brink reads (else exit code 1).
set -eu
[ "${1:-}" = v1 ] || { echo "prepare_instance.sh: version '${1:-}' is not known, v1 is" >&2; exit 1; }
[ $# -eq 4 ] || { echo "usage: prepare_instance.sh v1 CATEGORY ONNX VNNLIB" >&2; exit 1; }
for file in "$3" "$4"; do
  if [ ! -e "$file" ] && [ -e "$file.gz" ]; then gunzip -k "$file.gz"; fi
  [ -e "$file" ] || { echo "prepare_instance.sh: '$file' is not there" >&2; exit 1; }
done
"$(dirname "$0")/../../build/release/brink" info "$3" > /dev/null
