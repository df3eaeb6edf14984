"""Downloads the jars of jars.txt from Maven Central into a folder and checks what came: ``python jars.py FOLDER``."""

import hashlib
import sys
import urllib.request
from pathlib import Path

MAVEN_CENTRAL = "https://repo1.maven.org/maven2"
LIST = Path(__file__).parent / "jars.txt"


def main(folder: Path) -> None:
    """Bring ``folder`` up to the list; what is there and right stays, jars of an earlier list go."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = dict(reversed(line.split()) for line in LIST.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    for path, digest in listed.items():
        jar = folder / Path(path).name
        if not jar.exists() or _digest(jar.read_bytes()) != digest:
            jar.write_bytes(_download(path, digest))
    names = {Path(path).name for path in listed}
    for other in (jar for jar in folder.glob("*.jar") if jar.name not in names):
        other.unlink()


def _download(path: str, digest: str) -> bytes:
    with urllib.request.urlopen(f"{MAVEN_CENTRAL}/{path}", timeout=120) as answer:
        content: bytes = answer.read()
    if _digest(content) != digest:
        sys.exit(f"{path} from {MAVEN_CENTRAL} is not the file that jars.txt pins: do not use it, find out why")
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
