"""The house keeps its shape: names of rooms, sizes, import contracts, the one writer of statuses."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import house

FILE_LIMIT = 500
FUNCTION_LIMIT = 40
JUNK = {"util", "utils", "helper", "helpers", "common", "misc", "manager"}
CODE = list(house.sources("grants", "scoring", "tests"))
PAGES = [
    *house.sources("templates", suffix=".html"),
    *house.sources("static/js", suffix=".js"),
    *house.sources("static/css", suffix=".css"),
]


def test_no_file_is_longer_than_the_limit() -> None:
    lengths = {house.shown(path): len(path.read_text().splitlines()) for path in [*CODE, *PAGES]}

    assert {name: length for name, length in lengths.items() if length > FILE_LIMIT} == {}


def test_no_function_is_longer_than_the_limit() -> None:
    lengths = {
        f"{house.shown(path)}:{function.name}": _length(function)
        for path in house.sources("grants", "scoring")
        for function in _functions(path)
    }

    assert {name: length for name, length in lengths.items() if length > FUNCTION_LIMIT} == {}


def test_there_are_no_junk_drawers() -> None:
    assert [house.shown(path) for path in CODE if path.stem in JUNK or path.parent.name in JUNK] == []


def test_package_init_files_are_empty() -> None:
    assert [
        house.shown(path) for path in CODE if path.name == "__init__.py" and path.read_text().strip()
    ] == []


@pytest.mark.parametrize("name", sorted(house.slices()))
def test_a_slice_has_only_rooms_of_known_names(name: str) -> None:
    rooms = {
        path.stem
        for path in (house.ROOT / "grants" / name).iterdir()
        if path.name != "__init__.py" and (path.suffix == ".py" or (path / "__init__.py").exists())
    }

    assert rooms - house.ROOMS == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        house.shown(path)
        for path in house.sources("grants", "scoring")
        if path.name != "__init__.py" and not ast.get_docstring(house.parsed(path))
    ]

    assert silent == []


def test_import_contracts_name_every_folder() -> None:
    contracts = house.contracts()
    layers = re.findall(r"\w+", " ".join(contracts["the whole house, top to bottom"]["layers"]))
    modules = {path.stem for path in (house.ROOT / "grants").glob("*.py")} - {"__init__"}

    assert (house.packages() | modules) - set(layers) == set()
    assert _slices_of(contracts["inside each slice"]["containers"]) == house.slices()
    assert _slices_of(contracts["only reviews scores"]["source_modules"]) == house.slices() - {"reviews"}
    behind = _slices_of(contracts["weasyprint and smtplib stay behind adapters"]["source_modules"])
    assert house.slices() - behind == set()


def test_only_the_lifecycle_sets_a_status() -> None:
    setters = [
        f"{house.shown(path)}: {ast.unparse(node)}"
        for path in house.sources("grants")
        if "lifecycle" not in path.parts
        for node in ast.walk(house.parsed(path))
        if _sets_status(node)
    ]

    assert setters == []


def _slices_of(modules: list[str]) -> set[str]:
    return {module.split(".")[1] for module in modules} - house.KERNEL - {"pages", "wiring"}


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(house.parsed(path)):
        if isinstance(node, ast.FunctionDef):
            yield node


def _length(function: ast.FunctionDef) -> int:
    """Lines from the def to the end, the docstring apart."""
    body = function.body
    docstring = body[0] if ast.get_docstring(function, clean=False) is not None else None
    words = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - words


def _sets_status(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return any(_is_status(target) for target in node.targets)
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return _is_status(node.target)
    return isinstance(node, ast.Call) and (_by_setattr(node) or _by_update(node))


def _is_status(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and target.attr == "status"


def _by_setattr(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Name) and call.func.id == "setattr"
    return (
        named
        and len(call.args) > 1
        and isinstance(call.args[1], ast.Constant)
        and call.args[1].value == "status"
    )


def _by_update(call: ast.Call) -> bool:
    called = isinstance(call.func, ast.Attribute) and call.func.attr == "values"
    return called and any(keyword.arg == "status" for keyword in call.keywords)
