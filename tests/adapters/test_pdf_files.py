"""What is seen of a PDF before it is stored."""

import io

import pikepdf

from grants.adapters.pdf_files import inspect


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
