# ruff: noqa: INP001  # a script beside what it writes, not a package
"""Fetch the browser libraries named in vendor/vendor.toml at fixed versions (`make vendor`).

Run by hand when a version changes; the result is committed, so that neither a run nor a test needs npm.
Standard library only. npm is used for fetching, the Sass compiler for the design system's sheet.
"""

import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

VENDOR = Path(__file__).resolve().parent / "vendor"
ROOT = VENDOR.parent.parent
ASSET = re.compile(r'url\("?((?:img|fonts)/[^")]+)"?\)')


@dataclass(frozen=True)
class Library:
    """One npm package and what is taken from it."""

    package: str
    version: str
    license: str = ""
    folder: str = ""
    files: dict[str, str] = field(default_factory=dict)
    sass: str = ""
    assets: str = ""


def libraries() -> tuple[Library, dict[str, Library]]:
    """Return the compiler and, by folder name, the libraries to fetch."""
    with (VENDOR / "vendor.toml").open("rb") as file:
        tables = tomllib.load(file)
    compiler = Library(**tables.pop("compiler"))
    return compiler, {name: Library(**{"folder": name, **table}) for name, table in tables.items()}


def unpack(library: Library, work: Path) -> Path:
    """Download one package with `npm pack` and return the folder of its contents."""
    target = work / library.package.replace("/", "_")
    if target.exists():
        return target / "package"
    target.mkdir(parents=True)
    command = ["npm", "pack", "--silent", f"{library.package}@{library.version}"]
    name = subprocess.run(command, cwd=target, check=True, capture_output=True, text=True).stdout.strip()
    with tarfile.open(target / name) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def install(compiler: Library, work: Path) -> Path:
    """Install the Sass compiler into the work folder and return its program."""
    command = ["npm", "install", "--silent", "--prefix", str(work), f"{compiler.package}@{compiler.version}"]
    subprocess.run(command, check=True)
    return work / "node_modules" / ".bin" / "sass"


def compile_sheet(library: Library, source: Path, sass: Path, target: Path) -> None:
    """Compile the sheet, then copy each image and font that it names."""
    css = target / Path(library.sass).with_suffix(".css").name
    flags = ["--style=compressed", "--no-source-map", "--quiet", f"--load-path={source / 'packages'}"]
    subprocess.run([str(sass), *flags, str(VENDOR / library.sass), str(css)], check=True)
    for name in sorted(set(ASSET.findall(css.read_text(encoding="utf-8")))):
        copy(source / library.assets / name, target / name)


def copy(source: Path, target: Path) -> None:
    """Copy one file with plain permissions, making its folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def take(library: Library, source: Path, target: Path) -> None:
    """Copy the wanted files and the license into the library's folder."""
    for pattern, folder in library.files.items():
        found = sorted(source.glob(pattern))
        if not found:
            message = f"{library.package} {library.version} has no {pattern}"
            raise FileNotFoundError(message)
        for path in found:
            copy(path, target / folder / path.name)
    copy(source / library.license, target / library.license)


def hashes(folder: Path) -> Iterator[str]:
    """Yield one line, SHA-256 and path, for each file of a folder in order of its path."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT).as_posix()}"


def main() -> None:
    """Fetch every library anew and write VERSIONS."""
    compiler, wanted = libraries()
    lines = ["# Written by `make vendor`: package, version, license; then SHA-256 and path of each file."]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for library in wanted.values():
            source = unpack(library, work)
            target = (VENDOR / library.folder).resolve()
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            take(library, source, target)
            if library.sass:
                compile_sheet(library, source, install(compiler, work), target)
            lines += ["", f"{library.package} {library.version} {library.license}", *hashes(target)]
    (VENDOR / "VERSIONS").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
