"""No test looks for a short word in a whole page, where a random name or token may spell it by chance."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.house import ROOT
from tests.plugins.reading import words_of

SHORT = 6
WHOLE = (".text", "get_data(as_text=True)", "page")
"""How the tests call a page with its markup; `words_of` is none of them."""


def test_no_short_word_is_said_to_be_missing_from_markup() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for line in _short_words_not_in_markup(path.read_text())
    ]

    assert found == [], "look in words_of(page) of tests/plugins/reading.py"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('assert "R1" not in page', [1]),
        ('assert "R1" not in client.get("/").text', [1]),
        ('assert "R1" not in words_of(page)', []),
        ('assert "Reviewer one" not in page', []),
        ('for name in ("R1", "Amir Fox"):\n    assert name not in page', [2]),
    ],
)
def test_the_search_finds_what_it_is_for(source: str, lines: list[int]) -> None:
    assert list(_short_words_not_in_markup(source)) == lines


def test_words_are_read_without_addresses_tokens_and_scripts() -> None:
    page = (
        '<a href="/x/R1" title="Open">Ana <b>Roy</b></a><script>R2</script>'
        '<input type="hidden" value="R3"><input value="typed">'
    )

    assert words_of(page) == "Open Ana Roy typed"


def _short_words_not_in_markup(source: str) -> Iterator[int]:
    tree = ast.parse(source)
    looped = {
        loop.target.id: [one.value for one in loop.iter.elts if isinstance(one, ast.Constant)]
        for loop in ast.walk(tree)
        if isinstance(loop, ast.For)
        and isinstance(loop.target, ast.Name)
        and isinstance(loop.iter, ast.Tuple)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(sign, ast.NotIn) for sign in node.ops):
            left, where = node.left, ast.unparse(node.comparators[0])
            words = [left.value] if isinstance(left, ast.Constant) else []
            if isinstance(left, ast.Name):
                words = looped.get(left.id, [])
            is_short = any(isinstance(word, str) and _may_be_spelled(word) for word in words)
            if is_short and any(where.endswith(end) for end in WHOLE) and "words_of" not in where:
                yield node.lineno


def _may_be_spelled(word: str) -> bool:
    return len(word) < SHORT and all(sign.isalnum() or sign in "-_" for sign in word)
