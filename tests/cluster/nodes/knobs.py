# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test can slow down, break or do: one table, read from a file and from annotations.

A knob is turned for all objects in the knobs file, where ``boot-delay`` is spelled ``boot_delay``, or for one object
with the annotation ``sim/boot-delay``, which wins. The file is read again whenever it changes. Annotations in
``spec.template.metadata.annotations`` of a VM reach its VMI and its pod.

Beside the knobs, a node is cut off as long as ``nodes/NAME.down`` exists in the state directory.
"""

from __future__ import annotations

import json
import logging
import re
import typing as t
from pathlib import Path

from tests.cluster.nodes.objects import Object, annotations_of

logger = logging.getLogger(__name__)

PREFIX = "sim/"

Value = t.Union[str, float, bool]


class Knob(t.NamedTuple):
    """``on`` names the kinds that take it as an annotation; empty: the file only."""

    on: str
    default: Value
    meaning: str
    in_file: bool = True


_VMI = "VirtualMachineInstance"
_POD = "Pod"
_CLAIM = "PersistentVolumeClaim"
_SNAPSHOT = "VolumeSnapshot"

KNOBS: dict[str, Knob] = {
    # the guest
    "boot": Knob(_VMI, "", "stuck: stays Scheduled; fail: SyncVMI errors; crash: fails at once", in_file=False),
    "boot-delay": Knob(_VMI, 1.0, "seconds from Scheduled to Running"),
    "agent": Knob(_VMI, True, "whether a guest agent connects; images of cirros and alpine have none by default"),
    "agent-delay": Knob(_VMI, 1.0, "seconds from Running to AgentConnected"),
    "guest-os": Knob(_VMI, "", "a JSON object for status.guestOSInfo", in_file=False),
    "guest-action": Knob(
        _VMI, "", "at once, from inside the guest: poweroff, crash, panic, ioerror, reboot", in_file=False
    ),
    "crash-after": Knob(_VMI, 0.0, "seconds of uptime after which the guest crashes; 0: never", in_file=False),
    "shutdown": Knob(_VMI, "", "hang: ignores ACPI until the grace period ends", in_file=False),
    "shutdown-delay": Knob(_VMI, 1.0, "seconds that a shutdown takes"),
    "fail-op": Knob(_VMI, "", "the call of virt-handler that fails: pause, unpause, freeze, ...", in_file=False),
    "hotplug": Knob(_VMI, "", "hang: hotplugged volumes stay AttachedToNode", in_file=False),
    "migration": Knob(_VMI, "", "fail or hang, while memory is copied", in_file=False),
    "migration-seconds": Knob(_VMI, 2.0, "seconds that memory is copied"),
    # pods
    "image-pull": Knob(_POD, "", "fail: ErrImagePull, then ImagePullBackOff", in_file=False),
    "imagepull-fail-regex": Knob("", "does-not-exist|nonexistent", "images that cannot be pulled"),
    "pod-start-delay": Knob(_POD, 0.3, "seconds from mounted volumes to a running pod"),
    # storage
    "provision": Knob(_CLAIM, "", "fail: the volume is not provisioned", in_file=False),
    "provision-fail-regex": Knob("", "", "names of claims whose volumes are not provisioned"),
    "provision-delay": Knob("", 0.3, "seconds until a volume is there"),
    "resize-delay": Knob("", 0.5, "seconds until a volume has grown"),
    "max-volume": Knob("", "10Ti", "the largest volume that the pool has room for"),
    "snapshot": Knob(_SNAPSHOT, "", "fail: the driver takes no snapshot", in_file=False),
    "snapshot-fail-regex": Knob("", "", "names of VolumeSnapshots that fail"),
    "snapshot-delay": Knob("", 0.5, "seconds until a snapshot is ready to use"),
    # imports
    "import-seconds": Knob(_POD, 3.0, "seconds of an import; slow=N in the URL wins over the file"),
    "import-fail-regex": Knob("", "fail|404|does-not-exist", "URLs that cannot be imported; hang in one stops at 42 %"),
    "upload": Knob(_POD, "", "done: the data has come, the upload ends", in_file=False),
}


class Knobs:
    """The position of every knob, now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._settings: dict[str, Value] = {}

    def text(self, name: str, item: Object | None = None) -> str:
        return str(self._value(name, item))

    def seconds(self, name: str, item: Object | None = None) -> float:
        """Return a duration; one that is no number counts as not set."""
        value = self._value(name, item)
        try:
            return float(value)
        except ValueError:
            logger.warning("%s: %r is no number", name, value)
            return float(KNOBS[name].default)

    def flag(self, name: str, item: Object | None = None) -> bool:
        return str(self._value(name, item)).lower() not in ("false", "0", "")

    def matches(self, name: str, text: str) -> bool:
        """Whether a regular expression is set and found in the text."""
        pattern = self.text(name)
        return bool(pattern) and re.search(pattern, text) is not None

    def turned(self, name: str, item: Object) -> bool:
        """Whether an object has the annotation, whatever its value."""
        return PREFIX + name in annotations_of(item)

    def _value(self, name: str, item: Object | None) -> Value:
        if item is not None and self.turned(name, item):
            return annotations_of(item)[PREFIX + name]
        self._reload()
        return self._settings.get(name, KNOBS[name].default)

    def _reload(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._settings = None, {}
            return
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._settings = parse(self._path.read_text(encoding="utf-8"))
            except ValueError as error:
                # Half written, or wrong: what was known before holds.
                logger.warning("%s: %s", self._path, error)


class BadKnobs(ValueError):
    """The knobs file says what no knob understands."""


def parse(text: str) -> dict[str, Value]:
    """Return the settings of a knobs file by name. Raises BadKnobs, or ValueError where it is no JSON."""
    document = json.loads(text)
    if not isinstance(document, dict):
        raise BadKnobs("the knobs file is no JSON object")
    settings = {str(name).replace("_", "-"): value for name, value in document.items()}
    for name, value in settings.items():
        if name not in KNOBS or not KNOBS[name].in_file:
            raise BadKnobs(f"{name} is no knob of the file")
        if not isinstance(value, (str, float, int)):
            raise BadKnobs(f"{name} is neither text nor number nor boolean")
    return settings
