"""What is seen of a PDF before it is stored."""

import io
import random
import re
import resource
import threading
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.adapters import pdf_apart
from grants.adapters.pdf_binding import can_be_bound
from grants.adapters.pdf_files import inspect
from grants.config import ROOT
from grants.errors import Unavailable
from tests.factories.hostile import (
    carrying,
    object_bomb,
    page_bomb,
    plain_pdf,
    saved,
    twice_squeezed_bomb,
)
from tests.plugins.effort import tries

Bomb = Callable[[int], bytes]
RICH = carrying(Names=pikepdf.Dictionary(Dests=pikepdf.Dictionary(Names=[])), Lang=pikepdf.String("en"))


def test_a_file_that_lost_its_end_is_refused_though_its_first_pages_can_be_read() -> None:
    made, whole = pikepdf.new(), io.BytesIO()
    for _ in range(3):
        made.add_blank_page()
    made.save(whole)
    content = whole.getvalue()

    assert [finding.code for finding in inspect(content[: len(content) * 3 // 4]).findings] == ["damaged"]
    assert inspect(content).findings == ()


def test_a_file_locked_against_changes_is_refused_in_words_of_its_own() -> None:
    made, locked = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.save(locked, encryption=pikepdf.Encryption(owner="owner", user=""))

    assert [finding.code for finding in inspect(locked.getvalue()).findings] == ["protected"]


def codes(content: bytes) -> list[str]:
    return [finding.code for finding in inspect(content).findings]


@pytest.mark.parametrize("make", [object_bomb, page_bomb, twice_squeezed_bomb])
def test_a_small_file_that_inflates_to_a_gigabyte_is_refused_and_takes_nothing_here(make: Bomb) -> None:
    content = make(1024)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert codes(content) == ["heavy"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


CARRIED: dict[str, dict[str, object]] = {
    "script": {"OpenAction": pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")},
    "attachment": {"Names": pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=[]))},
    "form": {"AcroForm": pikepdf.Dictionary(XFA=pikepdf.Array([]))},
    "media": {"Extensions": pikepdf.Array([pikepdf.Dictionary(RichMedia=1)])},
}


@pytest.mark.parametrize("code", CARRIED)
def test_what_a_file_carries_is_named_as_what_it_is(code: str) -> None:
    assert codes(carrying(**CARRIED[code])) == [code]


def test_words_that_only_read_like_a_script_are_no_script() -> None:
    assert codes(carrying(Note=pikepdf.String("see /JavaScript and /EmbeddedFiles"))) == []


def test_an_action_of_a_kind_that_is_no_name_is_no_error() -> None:
    strange = pikepdf.Dictionary(S=pikepdf.Array([pikepdf.Name.JavaScript]), JS="x")

    assert codes(carrying(OpenAction=strange)) == ["script"]


def test_a_file_of_pictures_only_is_known_from_one_with_text() -> None:
    with pikepdf.new() as made:
        made.add_blank_page()
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font)
        made.pages[0].obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        lettered = saved(made)

    assert inspect(lettered).has_text
    assert not inspect(plain_pdf()).has_text


def test_a_process_that_was_killed_starts_again_and_the_file_is_looked_at() -> None:
    inspect(plain_pdf())
    process = pdf_apart._held[0].process
    assert process is not None
    process.kill()
    process.wait(10)

    assert inspect(plain_pdf(pages=2)).pages == 2


def test_who_opens_strangers_files_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRANTS_SECRET_KEY", "a-secret")
    pdf_apart._held[0].end()

    inspect(plain_pdf())

    process = pdf_apart._held[0].process
    assert process is not None
    assert b"a-secret" not in Path(f"/proc/{process.pid}/environ").read_bytes()


def test_more_files_than_may_wait_are_refused_for_the_moment_and_none_is_called_damaged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outcomes: list[object] = []

    def try_one() -> None:
        try:
            outcomes.append(tuple(codes(slow)))
        except Unavailable as refusal:
            outcomes.append(refusal.status)

    monkeypatch.setattr(pdf_apart, "AT_ONCE", 1)
    monkeypatch.setattr(pdf_apart, "WAITING", 1)
    monkeypatch.setattr(pdf_apart, "_held", [pdf_apart._Opener()])
    slow = object_bomb(256)
    threads = [threading.Thread(target=try_one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    pdf_apart._held[0].end()

    assert len(outcomes) == len(threads)
    assert set(outcomes) == {("heavy",), 503}


def test_a_page_that_inflates_to_a_gigabyte_is_bound_into_nothing() -> None:
    assert can_be_bound(plain_pdf())
    assert not can_be_bound(page_bomb(1024))


@given(seed=st.integers(0, 2**32), cuts=st.integers(1, 12))
@settings(max_examples=tries(40, 400), deadline=None)
def test_a_damaged_file_is_refused_or_read_and_never_an_error(seed: int, cuts: int) -> None:
    draw = random.Random(seed)
    damaged = bytearray(RICH)
    for _ in range(cuts):
        at = draw.randrange(9, len(damaged) - 8)
        kind = draw.randrange(3)
        if kind == 0:
            damaged[at] = draw.randrange(256)
        elif kind == 1:
            del damaged[at : at + draw.randrange(1, 40)]
        else:
            damaged[at:at] = damaged[max(9, at - 30) : at]

    facts = inspect(bytes(damaged))

    assert facts.pages > 0 or facts.findings


def test_only_the_child_loads_the_library() -> None:
    names = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "grants").rglob("*.py"))
        if re.search(r"^\s*(import|from) pikepdf", path.read_text(), re.MULTILINE)
    ]

    assert names == ["grants/adapters/pdf_opening.py", "grants/commands/demonstration/papers.py"]
