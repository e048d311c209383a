"""Values in a temporary file, so that a corpus is not held in memory."""

from __future__ import annotations

import pickle
import tempfile
from typing import Any


class Spill:
    """Values by the place at which they were put."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the night
        self._end = 0

    def put(self, value: object) -> int:
        data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        self._file.seek(self._end)
        self._file.write(data)
        place, self._end = self._end, self._end + len(data)
        return place

    def get(self, place: int) -> Any:
        self._file.seek(place)
        return pickle.load(self._file)

    def close(self) -> None:
        self._file.close()
