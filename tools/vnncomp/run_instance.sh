#!/bin/sh
# run_instance.sh v1 CATEGORY ONNX VNNLIB RESULTS_FILE TIMEOUT: the answer goes into RESULTS_FILE:
# sat with its counterexample, unsat, timeout, unknown or error.
set -eu
[ "${1:-}" = v1 ] || { echo "run_instance.sh: version '${1:-}' is not known, v1 is" >&2; exit 1; }
[ $# -eq 6 ] || { echo "usage: run_instance.sh v1 CATEGORY ONNX VNNLIB RESULTS_FILE TIMEOUT" >&2; exit 1; }
brink="$(dirname "$0")/../../build/release/brink"
if ! "$brink" verify "$3" "$4" --timeout "$6" --format v1 > "$5"; then
  echo error > "$5"
  exit 1
fi
