"""A state goes by its name wherever somebody outside reads of it: mail, letters, an applicant's pages."""

import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

READ_OUTSIDE = sorted(
    path
    for folder in ("emails", "pdf", "applicant", "public")
    for path in (ROOT / "templates" / folder).rglob("*")
    if path.suffix in {".html", ".txt"}
)
BARE = re.compile(r"\{\{[^{}|]*\b\w+\.state\s*\}\}|~ \w+\.state\)")


@pytest.mark.parametrize("path", READ_OUTSIDE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_or_mail_for_outsiders_names_a_state_by_its_two_letters(path: Path) -> None:
    assert BARE.findall(path.read_text()) == []
