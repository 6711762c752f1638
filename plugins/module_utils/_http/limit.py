# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests may be under way at once, whichever API they go to. Private to vmo.core."""

from __future__ import annotations

import threading


class Limit:
    """A number of places that falls while the server is overloaded, and rises again slowly.

    It is halved once for all requests that were under way together, and grows by one place with each round of them
    that went well, up to ``most``. One place is always left.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._places = float(most)
        self._busy = 0
        self._falls = 0
        self._free = threading.Condition()

    @property
    def places(self) -> int:
        """Return how many requests may be under way now."""
        return int(self._places)

    def enter(self) -> int:
        """Wait for a place and take it; return a token for ``leave``."""
        with self._free:
            self._free.wait_for(lambda: self._busy < self.places)
            self._busy += 1
            return self._falls

    def leave(self, token: int, *, went_well: bool, overloaded: bool = False) -> None:
        """Give the place back, and tell how the request fared."""
        with self._free:
            self._busy -= 1
            if overloaded and token == self._falls:
                self._falls += 1
                self._places = max(1.0, self._places / 2)
            elif went_well:
                self._places = min(float(self._most), self._places + 1 / self._places)
            self._free.notify_all()
