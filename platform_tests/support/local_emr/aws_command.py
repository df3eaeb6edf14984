"""The one call of AWS's command line that bootstrap actions need: ``aws s3 cp [options] s3://bucket/key FILE``."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

WRONG_USE = 252
OPTIONS = ("--only-show-errors", "--quiet", "--no-progress")


def main(arguments: Sequence[str]) -> int:
    """Copy an object to a file, or to the output for ``-``; returns the exit code."""
    service, command, *rest = *arguments, "", ""
    names = [name for name in rest if name and name not in OPTIONS]
    if (service, command) != ("s3", "cp") or len(names) != 2 or not names[0].startswith("s3://"):
        print(f"aws: error: the local EMR does not know: aws {' '.join(arguments)}", file=sys.stderr)
        return WRONG_USE
    return _copy(*names)


def _copy(source: str, target: str) -> int:
    import boto3
    from botocore.exceptions import ClientError

    where = urlsplit(source)
    try:
        content = boto3.client("s3").get_object(Bucket=where.netloc, Key=where.path.lstrip("/"))["Body"]
    except ClientError as error:
        print(f"download failed: {source} to {target} {error}", file=sys.stderr)
        return 1
    if target == "-":
        shutil.copyfileobj(content, sys.stdout.buffer)
    else:
        with Path(target).open("wb") as file:
            shutil.copyfileobj(content, file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
