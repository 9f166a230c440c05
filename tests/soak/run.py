"""Runs the long fault and load runs one after the other; each stops by itself. Not part of CI.

A run is a module tests/soak/soak_*.py with `run(short=…) -> list[str]`: what went wrong, nothing if all held.
Figures are printed beside their bounds. `--short` is a look of a minute or two at each: it proves less.
All traffic stays on the loopback address.
"""

import importlib
import sys
import time
from collections import Counter
from pathlib import Path

SHORT = "--short"


def main(chosen: list[str]) -> int:
    """Run those whose module's name holds one of the given words, or all of them."""
    short, chosen = SHORT in chosen, [word for word in chosen if word != SHORT]
    modules = sorted(path.stem for path in Path(__file__).parent.glob("soak_*.py"))
    wanted = [name for name in modules if not chosen or any(word in name for word in chosen)]
    wrong = 0
    for name in wanted:
        started = time.monotonic()
        faults: list[str] = importlib.import_module(f"tests.soak.{name}").run(short=short)
        wrong += len(faults)
        verdict = "held" if not faults else f"{len(faults)} faults"
        print(f"{name.removeprefix('soak_')}: {verdict} ({time.monotonic() - started:.0f} s)", flush=True)
        for fault, count in Counter(faults).most_common(20):
            print(f"  {fault}" + (f" ({count} times)" if count > 1 else ""), flush=True)
    return 0 if wanted and not wrong else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
