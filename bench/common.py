"""What the benchmarks share."""

import math
import pathlib
import subprocess
import sys


def run(command):
    """Runs it; a failure ends the benchmark with exit code 2."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print("%s: exit code %d from: %s" %
              (pathlib.Path(sys.argv[0]).name, done.returncode, " ".join(map(str, command))),
              file=sys.stderr)
        sys.exit(2)


def mean_ratio(pairs):
    """Geometric mean of a / b over (a, b) in seconds, none counted below a millisecond."""
    logs = [math.log(max(a, 1e-3) / max(b, 1e-3)) for a, b in pairs]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan
