"""What the house is made of, read from the code itself: files, slices, workflows, endpoints, templates."""

import ast
import csv
import importlib
import io
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grants.lifecycle.moves import Workflow

ROOT = Path(__file__).resolve().parents[2]
KERNEL = {"access", "adapters", "commands", "jobs", "lifecycle", "migrations", "policies", "web"}
ROOMS = {"models", "rules", "workflow", "queries", "services", "forms", "notices", "jobs", "views"}
AUDIENCES = ("public", "applicant", "reviewer", "staff")


def packages() -> set[str]:
    """Every folder of `grants` that holds code."""
    return {path.name for path in (ROOT / "grants").iterdir() if (path / "__init__.py").exists()}


def slices() -> set[str]:
    """The folders that are a noun of the grant's life."""
    return packages() - KERNEL


def sources(*folders: str, suffix: str = ".py") -> Iterator[Path]:
    """Every file of our own with this suffix under the folders of the checkout, in order."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
            if not {"__pycache__", "vendor", "versions"} & set(path.parts):
                yield path


def shown(path: Path) -> str:
    """The path as a person would say it."""
    return str(path.relative_to(ROOT))


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a source file."""
    return ast.parse(path.read_text(), filename=str(path))


def workflows() -> list[Workflow]:
    """Every workflow table of every slice."""
    found: dict[str, Workflow] = {}
    for path in sources("grants"):
        if path.stem == "workflow" or path.parent.name == "workflow":
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            found |= {value.name: value for value in vars(module).values() if isinstance(value, Workflow)}
    return [found[name] for name in sorted(found)]


def contracts() -> dict[str, dict[str, Any]]:
    """The import contracts by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["name"]: contract for contract in project["tool"]["importlinter"]["contracts"]}


def equals_golden(path: Path, table: list[list[str]]) -> None:
    """Fail where a table differs from its golden file; `make golden` writes the file anew."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    if os.environ.get("GRANTS_GOLDEN") == "write":
        path.write_text(text.getvalue())
    assert text.getvalue().splitlines() == path.read_text().splitlines()


def templates() -> set[str]:
    """Every template by the name under which it is loaded."""
    folder = ROOT / "templates"
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
