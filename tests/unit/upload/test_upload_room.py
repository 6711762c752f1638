# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files as they are read, and the guard of check mode."""

from __future__ import annotations

import hashlib
import typing as t
from pathlib import Path

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused, WriteInCheckMode
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._model.image_file import UploadProxy, recognise
from ansible_collections.vmo.core.plugins.module_utils._upload.failures import error_of
from ansible_collections.vmo.core.plugins.module_utils._upload.file import BLOCK, blocks, inspect
from ansible_collections.vmo.core.plugins.module_utils._upload.proxy import Answer, ProxyUpload
from ansible_collections.vmo.core.plugins.module_utils._wait import SystemClock

CONTENT = bytes(range(256)) * 4096 * 2 + b"and a rest"


def quiet(_done: int, _whole: int) -> None:
    """Say nothing."""


@pytest.fixture
def src(tmp_path: Path) -> Path:
    path = tmp_path / "disk.img"
    path.write_bytes(CONTENT)
    return path


def test_a_file_comes_in_blocks_and_is_what_it_was(src: Path) -> None:
    told: list[tuple[int, int]] = []
    file = inspect(str(src), lambda done, whole: told.append((done, whole)))
    assert file.checksum == "sha256:" + hashlib.sha256(CONTENT).hexdigest()
    assert (file.length, file.form, file.virtual_size, file.size) == (len(CONTENT), "raw", len(CONTENT), "3Mi")
    assert told == [(BLOCK, len(CONTENT)), (2 * BLOCK, len(CONTENT)), (len(CONTENT), len(CONTENT))]
    assert [len(block) for block in blocks(file, quiet)] == [BLOCK, BLOCK, 10]
    assert b"".join(blocks(file, quiet)) == CONTENT


@pytest.mark.parametrize("change", [CONTENT[:-1], CONTENT[:BLOCK], b"x" + CONTENT[1:]])
def test_nobody_gets_the_end_of_a_file_that_changed(src: Path, change: bytes) -> None:
    file = inspect(str(src), quiet)
    src.write_bytes(change)
    got = []
    with pytest.raises(Refused, match="changed while it was sent") as refused:
        got += list(_kept(blocks(file, quiet)))
    assert refused.value.code == "file_changed"
    assert sum(map(len, got)) < len(CONTENT)


def test_a_file_that_went_away_is_no_trouble_of_the_proxy(src: Path) -> None:
    file = inspect(str(src), quiet)
    src.unlink()
    with pytest.raises(InvalidOption, match="No such file"):
        list(blocks(file, quiet))


def _kept(stream: t.Iterator[bytes]) -> t.Iterator[bytes]:
    yield from stream


def test_what_cannot_be_read_is_an_option_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match="No such file"):
        inspect(str(tmp_path / "missing"), quiet)
    (tmp_path / "empty").touch()
    with pytest.raises(InvalidOption, match="is empty"):
        inspect(str(tmp_path / "empty"), quiet)
    with pytest.raises(InvalidOption, match="is no file"):
        inspect("/dev/null", quiet)


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"\x1f\x8b\x08", "gz"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"KDMV", "vmdk"),
        (b"conectix", "vhd"),
        (b"vhdxfile", "vhdx"),
        (bytes(0x40) + b"\x7f\x10\xda\xbe", "vdi"),
        (b"\x28\xb5\x2f\xfd", "zst"),
    ],
)
def test_what_is_packed_tells_no_size(head: bytes, form: str) -> None:
    assert recognise(head.ljust(512, b"\0"), 1000) == (form, None)


def test_check_mode_sends_nothing(src: Path) -> None:
    upload = ProxyUpload(SystemClock(), Credentials(), read_only=True)
    file = upload.inspect(str(src), quiet)
    with pytest.raises(WriteInCheckMode, match="in check mode"):
        upload.send(file, UploadProxy("https://127.0.0.1:1"), lambda: "token", quiet, seconds=1)


def test_an_upload_that_was_done_before_is_done(src: Path) -> None:
    upload = ProxyUpload(SystemClock(), Credentials(), read_only=False)
    upload.send(upload.inspect(str(src), quiet), UploadProxy("https://127.0.0.1:1"), lambda: None, quiet, seconds=1)
    assert Answer(503, "rejecting Upload Request for PVC x that already finished uploading").is_taken
    assert Answer(409).is_taken
    assert not Answer(503).is_taken


@pytest.mark.parametrize(
    ("status", "text", "code", "sentence"),
    [
        (400, "", "upload_refused", "refused the file (400, without a reason)"),
        (400, "image is larger than the reported available storage", "upload_refused", "Give a larger size."),
        (403, "", "unauthorized", "does not accept the token"),
        (404, "404 page not found", "unexpected_answer", "takes no uploads (404: 404 page not found)"),
        (302, "<html>log in</html>", "unexpected_answer", "takes no uploads (302):"),
        (413, "<html>nginx</html>", "upload_refused", "takes no file of this size (413):"),
        (500, "Saving stream failed: EOF", "upload_refused", "(500: Saving stream failed: EOF)"),
        (502, "", "unavailable", "it does not reach the pod"),
        (503, "", "unavailable", "is not up, or busy"),
        (503, "context deadline exceeded", "unavailable", "(503: context deadline exceeded)"),
    ],
)
def test_an_answer_becomes_a_sentence(status: int, text: str, code: str, sentence: str) -> None:
    error = error_of(status, text, "https://proxy.example")
    assert error.code == code
    assert error.message.startswith("The upload proxy https://proxy.example ")
    assert sentence in error.message
