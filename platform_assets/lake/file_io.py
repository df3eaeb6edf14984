"""How PyIceberg reads and writes the lake's files: through the lake's own client, one for the process."""

from __future__ import annotations

from collections.abc import Callable

from pyarrow.fs import FileSystem
from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO
from pyiceberg.typedef import EMPTY_DICT, Properties

from platform_assets.lake.requests import READ, WRITE, count_requests
from platform_assets.lake.s3 import S3_ENDPOINT, S3_REGION, S3_TRIES, S3Access, s3_filesystem


class StoreFileIO(PyArrowFileIO):  # type: ignore[misc]  # PyIceberg is not followed by mypy
    """PyArrow's files with the S3 client of :mod:`platform_assets.lake.s3`.

    PyIceberg makes a new one for every table that it loads; a client with new connections each time would cost more
    than the requests, and PyIceberg's own writes the smallest file by three of them.
    """

    fs_by_scheme: Callable[[str, str | None], FileSystem]

    def __init__(self, properties: Properties = EMPTY_DICT) -> None:
        super().__init__(properties)
        others = self.fs_by_scheme
        access = S3Access(properties.get(S3_ENDPOINT), properties.get(S3_REGION), int(properties[S3_TRIES]))

        def by_scheme(scheme: str, netloc: str | None = None) -> FileSystem:
            return s3_filesystem(access) if scheme == "s3" else others(scheme, netloc)

        self.fs_by_scheme = by_scheme

    def new_input(self, location: str) -> PyArrowFile:
        """A file to read, counted as read once."""
        count_requests(READ)
        return super().new_input(location)

    def new_output(self, location: str) -> PyArrowFile:
        """A file to write, counted as written once."""
        count_requests(WRITE)
        return super().new_output(location)
