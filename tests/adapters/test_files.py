"""Files by content: the same bytes are one file, and a changed one is found."""

import hashlib
from pathlib import Path

import pytest

from grants.adapters.files import FileMissing, Files

LARGE = bytes(range(256)) * 20_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture(params=["folder", "memory"])
def files(request: pytest.FixtureRequest, folder: Path) -> Files:
    return Files(f"file://{folder}" if request.param == "folder" else "memory://")


def test_what_is_put_comes_back_under_the_name_of_its_content(files: Files) -> None:
    sha256 = files.put(LARGE)

    assert sha256 == hashlib.sha256(LARGE).hexdigest()
    assert files.get(sha256) == LARGE
    assert b"".join(files.stream(sha256)) == LARGE
    assert files.has(sha256)


def test_a_large_file_comes_in_pieces(folder: Path) -> None:
    files = Files(f"file://{folder}")

    assert len(list(files.stream(files.put(LARGE)))) > 1


def test_the_same_bytes_twice_are_one_file(folder: Path) -> None:
    files = Files(f"file://{folder}")

    names = {files.put(b"the same") for _ in range(2)}

    assert len(names) == 1
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1


def test_an_empty_file_is_a_file(files: Files) -> None:
    assert b"".join(files.stream(files.put(b""))) == b""


def test_a_file_that_is_not_there_is_missing(files: Files) -> None:
    unknown = "0" * 64

    assert not files.has(unknown)
    for read in (files.get, lambda name: list(files.stream(name))):
        with pytest.raises(FileMissing):
            read(unknown)


@pytest.mark.parametrize("content", [b"short", LARGE], ids=["short", "large"])
def test_a_changed_file_is_found_before_its_last_byte_is_given(folder: Path, content: bytes) -> None:
    files = Files(f"file://{folder}")
    sha256 = files.put(content)
    (place,) = (path for path in folder.rglob("*") if path.is_file())
    place.chmod(0o600)
    place.write_bytes(content[:-1] + b"?")

    with pytest.raises(FileMissing):
        files.get(sha256)
    given: list[bytes] = []
    with pytest.raises(FileMissing):
        given.extend(files.stream(sha256))
    assert len(b"".join(given)) < len(content)
