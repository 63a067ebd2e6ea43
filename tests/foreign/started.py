"""Starts the server or the simulator as a user would, for clients in Python."""

import json
import os
import subprocess
import urllib.request
from contextlib import contextmanager

from children import end

SERVER = os.environ["INFINI_MCP"]


@contextmanager
def started(*args: str, **settings: str):
    """A process of the server and the JSON document that it prints first; it always ends with the block."""
    env = {"PATH": os.environ.get("PATH", ""), "LOG_LEVEL": "warn", **settings}
    process = subprocess.Popen([SERVER, *args], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        text = ""
        for line in process.stdout:
            text += line
            if line.startswith("}"):
                break
        yield json.loads(text)
    finally:
        end(process)


def purchases(control: str) -> int:
    """How often the simulated Infinigate has sold something."""
    with urllib.request.urlopen(f"{control}/ledger", timeout=10) as answer:
        return json.load(answer)["purchases"]["count"]


def accept(number: str) -> dict:
    """The arguments of a purchase."""
    return {"document_number": number, "accepted_by": "einkauf@nordlicht.example"}
