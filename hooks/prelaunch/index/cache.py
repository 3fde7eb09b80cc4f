"""What a build of the index keeps between runs: a compressed JSON file for each answer, written whole or not at all."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import tempfile
from typing import Any


class Cache:
    """A folder of answers by key; two processes may use it at the same time."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def get(self, kind: str, key: str) -> Any:  # noqa: ANN401 (JSON)
        """The answer that was kept; None where there is none, or only a damaged one."""
        try:
            with gzip.open(self._path(kind, key), "rt", encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError, EOFError):
            return None

    def put(self, kind: str, key: str, answer: Any) -> None:  # noqa: ANN401 (JSON)
        """Keep an answer that JSON can hold."""
        path = self._path(kind, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), suffix=".tmp")
        try:
            data = gzip.compress(json.dumps(answer, separators=(",", ":")).encode(), 6, mtime=0)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise

    def _path(self, kind: str, key: str) -> str:
        name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return os.path.join(self.folder, kind, name[:2], f"{name}.json.gz")
