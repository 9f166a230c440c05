"""The look obeys the content security policy and names only files that are there."""

import hashlib
import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, shown, sources

STATIC = ROOT / "static"
INLINE = re.compile(
    r"<style[\s>]|\sstyle=|\son[a-z]+=[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE
)
JINJA = re.compile(r"\{([{%#]).*?[}%#]\}", re.DOTALL)
NAMED = re.compile(r"url\(\s*[\"']?([^\"')\s]+)[\"']?\s*\)")
STATIC_FILE = re.compile(r"url_for\('static', filename='([^']+)'\)")
IMPORT = re.compile(r"(?:from|import\(|new URL\()\s*\"(\.[^\"]+)\"|\"(\./[a-z_]+\.js)\"")
HASHED = re.compile(r"^([0-9a-f]{64})  (\S+)$", re.MULTILINE)


@pytest.mark.parametrize("path", list(sources("templates", suffix=".html")), ids=shown)
def test_no_template_has_inline_style_or_script(path: Path) -> None:
    found = INLINE.findall(JINJA.sub("", path.read_text(encoding="utf-8")))

    assert found == []


def test_every_file_that_a_style_sheet_names_is_served_by_us() -> None:
    sheets = [*sorted((STATIC / "css").glob("*.css")), STATIC / "vendor/uswds/uswds.css"]

    missing = [
        f"{sheet.name}: {name}"
        for sheet in sheets
        for name in NAMED.findall(sheet.read_text(encoding="utf-8"))
        if not name.startswith("#") and not _place(sheet, name).is_file()
    ]

    assert missing == []


def test_every_static_file_that_a_template_names_exists() -> None:
    named = {
        name
        for path in sources("templates", suffix=".html")
        for name in STATIC_FILE.findall(path.read_text(encoding="utf-8"))
    }

    assert sorted(name for name in named if not (STATIC / name).exists()) == []


def test_every_module_that_a_script_imports_exists() -> None:
    missing = [
        f"{script.name}: {name}"
        for script in sorted((STATIC / "js").glob("*.js"))
        for pair in IMPORT.findall(script.read_text(encoding="utf-8"))
        for name in pair
        if name and not (script.parent / name).resolve().is_file()
    ]

    assert missing == []


def test_vendored_files_are_as_they_were_fetched() -> None:
    written = HASHED.findall((STATIC / "vendor/VERSIONS").read_text(encoding="utf-8"))

    changed = [path for digest, path in written if _digest(ROOT / path) != digest]

    assert changed == []
    assert len(written) > 200  # PDF.js alone brings 180


def _place(sheet: Path, name: str) -> Path:
    return ROOT / name.lstrip("/") if name.startswith("/") else (sheet.parent / name).resolve()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
