"""Seconds of ``update`` and ``check`` on a catalog of 5,000 messages of paragraph length, 500 changed.

Run: ``.venv/bin/python tests/benchmarks/catalogs.py [messages] [changed]``. Prints CPU seconds.
"""

from __future__ import annotations

import dataclasses
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent / "translate"))
from translate_samples import HEADER, book, claim, quantity

from bookbuild.model.catalog import Catalog
from bookbuild.read.inlines import parse_inlines
from bookbuild.translate.check import check_catalog
from bookbuild.translate.extract import extract
from bookbuild.translate.locale import open_locale
from bookbuild.translate.localize import localize
from bookbuild.translate.po import parse_catalog, write_catalog
from bookbuild.translate.update import update_catalog

T = TypeVar("T")


def paragraphs(count: int, chance: random.Random) -> list[str]:
    words = ["".join(chance.choices("abcdefghijklmnoprstu", k=chance.randint(2, 10))) for _ in range(3000)]
    texts = []
    for _ in range(count):
        parts = chance.choices(words, k=chance.randint(50, 90))
        parts[20] = str(chance.randint(1, 999))
        parts[30] = "{claim}`killed/paper`"
        texts.append(" ".join(parts).capitalize() + ".[@paper, p. 3]")
    return texts


def timed(what: str, work: Callable[[], T]) -> T:
    start = time.process_time()
    result = work()
    print(f"{what:28} {time.process_time() - start:6.2f} s")
    return result


def main(count: int = 5000, changed: int = 500) -> None:
    chance = random.Random(1)
    texts = paragraphs(count, chance)
    sample = book(*texts, quantities=(quantity(claim()),))
    template = timed("extract", lambda: extract(sample))
    done = tuple(dataclasses.replace(m, strings=(f"Duz {m.key.msgid}",)) for m in template.messages)
    text = timed("write", lambda: write_catalog(Catalog(HEADER, done)))
    catalog, _ = timed("read", lambda: parse_catalog(text.encode(), "book.po"))
    for at in chance.sample(range(count), changed):
        words = texts[at].split()
        words[5], words[20] = "changed", str(chance.randint(1000, 9999))
        texts[at] = " ".join(words)
    later = extract(book(*texts, quantities=(quantity(claim()),)))
    _, report = timed(f"update, {changed} changed", lambda: update_catalog(catalog, later))
    locale = open_locale("az")
    findings = timed("check", lambda: check_catalog(sample, catalog, parse_inlines, locale))
    timed("localize", lambda: localize(sample, catalog, "az", parse_inlines))
    print(
        f"{count} messages, {len(text) / 1e6:.1f} MB; {len(report.changed)} guesses, {len(findings)} findings"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
