"""Ends what was started."""

import subprocess

PATIENCE = 15


def end(child: subprocess.Popen) -> None:
    """Asks a process to stop, and does not ask twice."""
    child.terminate()
    try:
        child.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
