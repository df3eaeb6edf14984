"""A package with an estimator, installed as pip leaves it: a folder to import and one that tells its version."""

from pathlib import Path

NAME, ESTIMATOR = "fine-trees", "fine_trees.forest.FineTrees"
SOURCE = """
from sklearn.ensemble import HistGradientBoostingClassifier


class FineTrees(HistGradientBoostingClassifier):
    pass
"""


def install(site: Path, version: str) -> None:
    """Into a folder of the import path; another version replaces the one before."""
    package, told = site / "fine_trees", site / "fine_trees.dist-info"
    for folder in (package, told):
        folder.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    (package / "forest.py").write_text(SOURCE)
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n")
    (told / "top_level.txt").write_text("fine_trees\n")
