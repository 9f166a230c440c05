"""Runs every measurement, prints them as ratios beside their bounds, and writes build/bench.json."""

import importlib
import json
import sys
from pathlib import Path
from typing import NotRequired, TypedDict

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / "build" / "bench.json"


class Measurement(TypedDict):
    """One figure: what was measured, against what, and the bound of their ratio if there is one."""

    name: str
    value: float
    unit: str
    against: float | None
    ratio: float | None
    bound: float | None
    holds: bool
    note: NotRequired[str]


def at_most(name: str, value: float, unit: str, *, against: float, bound: float) -> Measurement:
    """Make a figure whose ratio to `against` must not be above the bound."""
    ratio = value / against
    return _measurement(name, value, unit, against=against, ratio=ratio, bound=bound, holds=ratio <= bound)


def at_least(name: str, value: float, unit: str, *, against: float, bound: float) -> Measurement:
    """Make a figure whose ratio to `against` must not be below the bound."""
    ratio = value / against
    return _measurement(name, value, unit, against=against, ratio=ratio, bound=bound, holds=ratio >= bound)


def limited(name: str, value: float, unit: str, *, bound: float) -> Measurement:
    """Make a figure that is bounded by itself."""
    return _measurement(name, value, unit, against=None, ratio=None, bound=bound, holds=value <= bound)


def unbounded(name: str, value: float, unit: str) -> Measurement:
    """Make a figure that is only told."""
    return _measurement(name, value, unit, against=None, ratio=None, bound=None, holds=True)


def compared(name: str, value: float, unit: str, *, against: float) -> Measurement:
    """Make a figure that is told beside another, without a bound."""
    ratio = value / against
    return _measurement(name, value, unit, against=against, ratio=ratio, bound=None, holds=True)


def main(chosen: list[str]) -> int:
    """Run the measurements whose module's name holds one of the given words, or all of them."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    wanted = [name for name in modules if not chosen or any(word in name for word in chosen)]
    results: list[Measurement] = []
    for name in wanted:
        print(f"measuring {name.removeprefix('bench_')}", file=sys.stderr, flush=True)
        results.extend(importlib.import_module(f"tests.bench.{name}").measure())
    print(table(results))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(results, indent=2) + "\n")
    return 0 if results and all(result["holds"] for result in results) else 1


def table(results: list[Measurement]) -> str:
    """Lay the figures out for a terminal."""
    head = ["figure", "value", "unit", "against", "ratio", "bound", "holds"]
    lines = [head] + [_cells(result) for result in results]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(_line(line, widths) for line in lines)


def _measurement(
    name: str,
    value: float,
    unit: str,
    *,
    against: float | None,
    ratio: float | None,
    bound: float | None,
    holds: bool,
) -> Measurement:
    return {
        "name": name,
        "value": round(value, 4),
        "unit": unit,
        "against": None if against is None else round(against, 4),
        "ratio": None if ratio is None else round(ratio, 3),
        "bound": bound,
        "holds": holds,
    }


def _cells(result: Measurement) -> list[str]:
    numbers = [result["against"], result["ratio"], result["bound"]]
    told = ["" if number is None else f"{number:g}" for number in numbers]
    return [result["name"], f"{result['value']:g}", result["unit"], *told, "yes" if result["holds"] else "NO"]


def _line(cells: list[str], widths: list[int]) -> str:
    name, *rest = (
        cell.ljust(widths[0]) if column == 0 else cell.rjust(widths[column])
        for column, cell in enumerate(cells)
    )
    return "  ".join([name, *rest])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
