"""Whose log it is, by its name in EMR's layout: the driver's, an executor's, or one of the cluster itself.

Layout: https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-manage-view-web-log-files.html
"""

from __future__ import annotations

import re

# YARN gives the first container of an application to its master, in which the driver runs in cluster mode.
_DRIVER = re.compile(r"driver|container_(?:e\d+_)?\d+_\d+_\d+_000001\b|steps/[^/]+/std(?:out|err)")
_EXECUTOR = re.compile(r"executor|container_")


def source_rank(name: str) -> int:
    """How much a log counts: 0 the driver's stdout, where Python's traceback is, up to 4 for what only reports."""
    plain = name.removesuffix(".gz")
    if _DRIVER.search(plain):
        return 0 if plain.endswith("stdout") else 1
    if _EXECUTOR.search(plain):
        return 2
    return 3 if "bootstrap" in plain and not plain.endswith("controller") else 4
