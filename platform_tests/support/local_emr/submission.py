"""A ``spark-submit`` command line, taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FLAGS = ("--verbose", "-v", "--supervise")
SHORT = {"-c": "--conf"}
# Properties that say the same as options of the command line.
SAME = {
    "spark.submit.deployMode": "--deploy-mode",
    "spark.submit.pyFiles": "--py-files",
    "spark.archives": "--archives",
    "spark.yarn.dist.archives": "--archives",
    "spark.files": "--files",
    "spark.yarn.dist.files": "--files",
    "spark.jars": "--jars",
}
DISTRIBUTED = ("--py-files", "--archives", "--files", "--jars")


@dataclass(frozen=True)
class Submission:
    """Options (without ``--conf``), properties, the application and its arguments."""

    options: dict[str, str]
    properties: dict[str, str]
    application: str
    arguments: tuple[str, ...]

    @property
    def on_cluster(self) -> bool:
        """Whether the driver runs in a container of its own."""
        return self.options.get("--deploy-mode") == "cluster"


def parse(arguments: Sequence[str], defaults: dict[str, str]) -> Submission:
    """Read what follows ``spark-submit``; ``defaults`` are the properties of spark-defaults.

    Raises ValueError if no application is named.
    """
    options: dict[str, str] = {}
    properties = dict(defaults)
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        name, given, value = rest.pop(0).partition("=")
        name = SHORT.get(name, name)
        if name in FLAGS:
            continue
        if not given:
            if not rest:
                raise ValueError(f"spark-submit's option {name} has no value")
            value = rest.pop(0)
        if name == "--conf":
            key, _, value = value.partition("=")
            properties[key] = value
        else:
            options[name] = value
    if not rest:
        raise ValueError("spark-submit names no application")
    for key, name in SAME.items():
        value = properties.pop(key, "")
        if value:
            options.setdefault(name, value)
    return Submission(options, properties, rest[0], tuple(rest[1:]))
