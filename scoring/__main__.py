"""`python -m scoring verify FILE` and `python -m scoring show FILE`, on a decision record alone."""

import argparse
import sys
from pathlib import Path

from scoring.record import Verified, verify
from scoring.record_json import RecordUnreadable
from scoring.report import information, report

IDENTICAL, DIFFERS, UNREADABLE = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the status is 0 when identical, 1 when something differs, 2 when unreadable."""
    chosen = _parser().parse_args(arguments)
    try:
        verified = verify(chosen.file.read_bytes())
    except (OSError, RecordUnreadable) as error:
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    if chosen.command == "show" and verified.results:
        sys.stdout.write(report(verified.inputs))
        sys.stdout.write(information(verified.inputs, verified.samples))
    sys.stdout.write(_answer(verified))
    return DIFFERS if verified.differences else IDENTICAL


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scoring", description="Recompute a decision record.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, purpose in (
        ("verify", "recompute every figure and name each difference"),
        ("show", "print all figures as recomputed from the inputs, then the differences"),
    ):
        command = commands.add_parser(name, help=purpose)
        command.add_argument("file", type=Path)
    return parser


def _answer(verified: Verified) -> str:
    lines = [difference.message for difference in verified.differences]
    if not lines:
        lines = [verified.message]
    return "\n".join([*lines, f"sha256 {verified.sha256}", ""])


if __name__ == "__main__":
    sys.exit(main())
