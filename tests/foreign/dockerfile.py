"""What the Dockerfile says, so that a proof about the image cannot be about something else."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from dockerfile_parse import DockerfileParser


@dataclass
class Stage:
    """The instructions of one stage, the last of a kind last."""

    base: str
    name: str = ""
    instructions: list = field(default_factory=list)

    def all(self, kind: str) -> list[str]:
        """What every instruction of this kind says."""
        return [value for instruction, value in self.instructions if instruction == kind]

    def one(self, kind: str) -> str:
        """What the only instruction of this kind says."""
        (value,) = self.all(kind)
        return value

    def words(self, kind: str) -> list[str]:
        """A command or a list in the JSON form, the only one that needs no shell."""
        return json.loads(self.one(kind))

    def pairs(self, kind: str) -> dict[str, str]:
        """NAME=value pairs of ENV, LABEL or ARG."""
        return dict(word.split("=", 1) for value in self.all(kind) for word in shlex.split(value.replace("\\\n", " ")))

    def health_check(self) -> tuple[dict[str, str], list[str]]:
        """The options of HEALTHCHECK, and its command."""
        options, command = self.one("HEALTHCHECK").split("CMD", 1)
        return dict(re.findall(r"--(\S+)=(\S+)", options)), json.loads(command)

    def copies(self) -> list[tuple[dict[str, str], str, str]]:
        """Every COPY: its options, the one source, the destination."""
        found = []
        for value in self.all("COPY"):
            *options, source, destination = value.split()
            found.append((dict(option.removeprefix("--").split("=", 1) for option in options), source, destination))
        return found


def stages(path: Path) -> list[Stage]:
    """Every stage of the file, in order."""
    with path.open("rb") as file:
        structure = DockerfileParser(fileobj=file).structure
    found: list[Stage] = []
    for part in structure:
        kind, value = part["instruction"], part["value"]
        if kind == "FROM":
            base, _, name = value.partition(" AS ")
            found.append(Stage(base, name))
        elif kind != "COMMENT":
            found[-1].instructions.append((kind, value))
    return found
