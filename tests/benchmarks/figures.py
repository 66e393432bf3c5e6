"""Measure the comparison of 10,000 claims on 1,000 quantities, and the worst case of one quantity.

    python tests/benchmarks/figures.py

Prints CPU seconds; the aim is below 2 for comparing and drawing all quantities.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1] / "figures"))

from claim_builders import book, claim, quantity

from bookbuild.figures.chart import charts_of
from bookbuild.figures.compare import compare, compare_all
from bookbuild.figures.export import claims_csv

T = TypeVar("T")


def timed(what: str, work: Callable[[], T]) -> T:
    start = time.process_time()
    result = work()
    print(f"{what:48} {time.process_time() - start:6.2f} CPU s")
    return result


def notation(chance: random.Random) -> str:
    amount = chance.randint(1, 3000)
    kinds = [
        str(amount),
        f"~{amount}",
        f">{amount}",
        f">={amount}",
        f"<={amount}",
        f"{amount}..{amount + 400}",
    ]
    return chance.choice(kinds)


def main() -> None:
    chance = random.Random(1992)
    quantities = tuple(
        quantity(
            *(
                claim(
                    f"c{index}",
                    notation(chance),
                    as_of=f"199{chance.randint(0, 9)}-0{chance.randint(1, 9)}",
                    stance=chance.choice(["asserts"] * 8 + ["denies", "doubts"]),
                    repeats=f"c{chance.randrange(index)}" if index and chance.random() < 0.3 else "",
                )
                for index in range(10)
            ),
            name=f"q{number}",
            part_of=f"q{number - number % 10}" if number % 10 else "",
        )
        for number in range(1000)
    )
    comparisons = timed("compare 10,000 claims on 1,000 quantities", lambda: compare_all(book(*quantities)))
    charts = timed("geometry of their charts", lambda: [charts_of(comparison) for comparison in comparisons])
    timed("CSV of all claims", lambda: claims_csv(comparisons))
    print(f"{sum(map(len, charts))} charts, {sum(c.contested for c in comparisons)} conflicts")

    single = quantity(*(claim(f"c{index}", notation(chance)) for index in range(10_000)), name="one")
    worst = timed(
        "compare 10,000 claims on one quantity", lambda: compare(single, (single,), about_percent=Decimal(10))
    )
    members = sum(len(camp.witnesses) for camp in worst.scopes[0].camps)
    print(f"{len(worst.scopes[0].camps)} camps with {members:,} members")
    denied = quantity(
        *(
            claim(f"c{index}", notation(chance), stance=chance.choice(["asserts"] * 9 + ["denies"]))
            for index in range(10_000)
        ),
        name="denied",
    )
    timed(
        "the same, every tenth of them a denial",
        lambda: compare(denied, (denied,), about_percent=Decimal(10)),
    )


if __name__ == "__main__":
    main()
