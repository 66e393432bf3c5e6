"""Which known defects of the pinned engine are still there, and which guards of ours may go.

    python tests/benchmarks/engine_watch.py            all, a line each
    python tests/benchmarks/engine_watch.py note-lost  some

Every defect is looked for in a process of its own, in the engine as it is installed, without mends. Try a
new engine in an environment of its own: ``press/engine.py`` refuses it, this does not. The exit status is 1
if a defect is gone, so that an upgrade is noticed. The cases, ready to be sent to the engine's makers, are in
``tests/faults/upstream/``.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.engine_defects import DEFECTS

LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.faults.engine_defects import DEFECTS, is_there
print(is_there(next(one for one in DEFECTS if one.name == sys.argv[2])))
"""
SECONDS = 120


def look(name: str) -> str:
    """Return ``True`` or ``False``, or what went wrong while looking."""
    command = [sys.executable, "-c", LOOK, str(Path(__file__).parents[2]), name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"no end in {SECONDS} s"
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def main() -> int:
    asked = sys.argv[1:] or [defect.name for defect in DEFECTS]
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("weasyprint", "pydyf", "pyphen")]
    print(", ".join(versions))
    gone = 0
    for defect in DEFECTS:
        if defect.name in asked:
            found = look(defect.name)
            gone += found == "False"
            said = {"True": "still there", "False": f"GONE: may go: {defect.guard}"}.get(found, f"?: {found}")
            print(f"  {defect.name:20} {said}", flush=True)
    return 1 if gone else 0


if __name__ == "__main__":
    sys.exit(main())
