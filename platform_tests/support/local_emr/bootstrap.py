"""Bootstrap actions: the scripts of a request, run as on a cluster's machine but for what only root may do there.

The machines of a cluster are one here, so each script runs once. ``sudo`` does without root, and ``aws`` is a command
of the local EMR's own. What a script is told to make, an argument such as ``/opt/packages``, it makes in a folder of
the cluster's; ``Folders`` says where whatever speaks of it finds it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_emr.cluster import Cluster
from local_emr.execution import Execution
from local_emr.store import ObjectStore

COMMANDS = {
    "sudo": '#!/bin/sh\nexec "$@"\n',
    "aws": f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).with_name("aws_command.py")}" "$@"\n',
}


@dataclass(frozen=True)
class Folders:
    """Where a cluster has what its bootstrap actions make, by the path that they were given."""

    moved: Mapping[str, str]

    @classmethod
    def of(cls, cluster: Cluster, scratch: Path) -> Folders:
        """The absolute paths among the arguments, below a folder of the cluster's."""
        root = scratch / cluster.id / "root"
        named = (text for action in _actions(cluster) for text in action.get("Args", []) if text.startswith("/"))
        return cls({path: str(root / path.lstrip("/")) for path in named})

    def within(self, text: str) -> str:
        """A value that may name such paths, alone or separated by colons."""
        return ":".join(self.moved.get(part, part) for part in text.split(":"))


def run_actions(
    cluster: Cluster, scratch: Path, store: ObjectStore, environment: Mapping[str, str]
) -> Iterator[Execution]:
    """Start one script after the other, each once the one before it was seen to its end."""
    commands = _commands(scratch)
    folders = Folders.of(cluster, scratch)
    for number, action in enumerate(_actions(cluster), 1):
        place = scratch / cluster.id / f"bootstrap-{number}"
        (place / "tmp").mkdir(parents=True)
        script = store.fetch(action["Path"], place / "script")
        arguments = [folders.within(text) for text in action.get("Args", [])]
        own = {"PATH": f"{commands}:{environment['PATH']}", "HOME": str(place), "TMPDIR": str(place / "tmp")}
        yield Execution(["bash", str(script), *arguments], place, {**environment, **own})


def expanded(value: str, environment: Mapping[str, str]) -> str:
    """A value as the shell has it that reads an ``export`` of spark-env: ``$NAME`` is put in, nothing if not set."""
    return re.sub(r"\$(\w+)|\$\{(\w+)\}", lambda found: environment.get(found[1] or found[2], ""), value)


def _actions(cluster: Cluster) -> list[dict[str, Any]]:
    return [each["ScriptBootstrapAction"] for each in cluster.request.get("BootstrapActions", [])]


def _commands(scratch: Path) -> Path:
    folder = scratch / "commands"
    folder.mkdir(exist_ok=True)
    for name, text in COMMANDS.items():
        command = folder / name
        if not command.exists():
            # Clusters start at once in several threads; none may see half of it.
            fresh = folder / f".{name}.{id(text)}"
            fresh.write_text(text)
            fresh.chmod(0o755)
            fresh.rename(command)
    return folder
