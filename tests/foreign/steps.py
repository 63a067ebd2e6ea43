"""Says one line for each step, counts them, and lets the process fail when one has failed."""

import sys
import traceback

_counts = {"passed": 0, "failed": 0}


def step(name: str, work) -> None:
    """Runs one step; a failure is told and counted, and the next step still runs."""
    try:
        work()
    except Exception:
        _counts["failed"] += 1
        print(f"FAIL  {name}")
        traceback.print_exc(file=sys.stdout)
    else:
        _counts["passed"] += 1
        print(f"ok    {name}")


def finish() -> int:
    """The last line, which the script that runs everything adds up; and the exit code."""
    print("{passed} passed, {failed} failed".format(**_counts))
    return 1 if _counts["failed"] else 0
