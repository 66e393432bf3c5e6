"""Quantities and claims, and the marks and blocks that print them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bookbuild.check.walk import Passage, blocks_of, cited_in, each_inline, passages
from bookbuild.diagnostics import Diagnostic, did_you_mean
from bookbuild.model.blocks import ChartBlock, FigureTable
from bookbuild.model.book import Book, each_prose
from bookbuild.model.claim import Claim, Measure, Quantity, Stance
from bookbuild.model.inline import ClaimMark
from bookbuild.model.place import Place
from bookbuild.model.register import FieldType
from bookbuild.model.value import Date, Name, Number, Value


def check_claims(book: Book) -> Iterator[Diagnostic]:
    """F003–F014, F017–F021: what claims refer to exists, and what refers to claims is right."""
    yield from _repeated_ids(book)
    sources = {source.key for source in book.sources}
    for quantity in book.quantities:
        for claim in quantity.claims:
            yield from _sources_of(claim, sources)
    yield from _repeats(book)
    yield from _parts(book)
    yield from _names(book)
    yield from _marks(book)
    yield from _values_without_note(book)
    yield from _blocks(book)


def _repeated_ids(book: Book) -> Iterator[Diagnostic]:
    quantities: dict[str, Quantity] = {}
    for quantity in book.quantities:
        other = quantities.setdefault(quantity.id.casefold(), quantity)
        if other is not quantity and quantity.id:
            message = f"quantity “{quantity.id}” stands a second time; the first is at {_line(other.place)}"
            yield Diagnostic("F003", message, quantity.place, hint="rename one of them")
        claims: dict[str, Claim] = {}
        for claim in quantity.claims:
            earlier = claims.setdefault(claim.id.casefold(), claim)
            if earlier is not claim and claim.id:
                message = (
                    f"claim “{claim.id}” stands a second time; the first is in line {earlier.place.line}"
                )
                yield Diagnostic("F004", message, claim.place_of("id"), hint="rename one of them")


def _line(place: Place) -> str:
    return f"{place.path}:{place.line}"


def _sources_of(claim: Claim, sources: set[str]) -> Iterator[Diagnostic]:
    if claim.source and claim.source not in sources:
        hint = did_you_mean(claim.source, sources) or "add it to sources.yaml"
        message = f"claim “{claim.id}” names an unknown source, “{claim.source}”"
        yield Diagnostic("F005", message, claim.place_of("source"), hint=hint)
    if claim.seen_in and claim.seen_in != claim.source and claim.seen_in not in sources:
        hint = did_you_mean(claim.seen_in, sources) or "add it to sources.yaml"
        message = f"claim “{claim.id}” was seen in an unknown source, “{claim.seen_in}”"
        yield Diagnostic("F006", message, claim.place_of("seen-in"), hint=hint)


def _repeats(book: Book) -> Iterator[Diagnostic]:
    named = {f"{quantity.id}/{claim.id}": claim for quantity in book.quantities for claim in quantity.claims}
    for claim in named.values():
        if claim.repeats and claim.repeats not in named:
            message = f"claim “{claim.id}” repeats an unknown claim, “{claim.repeats}”"
            hint = _nearest_claim(book, claim.repeats)
            yield Diagnostic("F008", message, claim.place_of("repeats"), hint=hint)

    def following(name: str) -> str:
        return named[name].repeats if name in named else ""

    for chain in _circles(named, following):
        message = f"claims repeat each other in a circle: {' → '.join(chain)}"
        yield Diagnostic("F009", message, named[chain[0]].place_of("repeats"), hint="remove one “repeats”")


def _parts(book: Book) -> Iterator[Diagnostic]:
    by_id = {quantity.id: quantity for quantity in book.quantities}
    for quantity in book.quantities:
        whole = by_id.get(quantity.part_of)
        if quantity.part_of and whole is None:
            message = f"quantity “{quantity.id}” is part of an unknown quantity, “{quantity.part_of}”"
            hint = did_you_mean(quantity.part_of, by_id) or "take “part-of” out, or record the whole"
            yield Diagnostic("F010", message, quantity.place, hint=hint)
        elif whole and (whole.measure is not quantity.measure or whole.unit != quantity.unit):
            message = f"“{quantity.id}” in {quantity.unit} is part of “{whole.id}” in {whole.unit}"
            yield Diagnostic("F017", message, quantity.place, hint="a part and its whole have one unit")

    def following(name: str) -> str:
        return by_id[name].part_of if name in by_id else ""

    for chain in _circles(by_id, following):
        message = f"quantities are parts of each other: {' → '.join(chain)}"
        yield Diagnostic("F011", message, by_id[chain[0]].place, hint="take one “part-of” out")


def _names(book: Book) -> Iterator[Diagnostic]:
    for quantity in book.quantities:
        if quantity.measure is not Measure.NAME and (quantity.wordings or quantity.within):
            key = "records: wordings" if quantity.wordings else "within"
            message = f"“{key}” is for names; “{quantity.id}” is in {quantity.unit}"
            yield Diagnostic("F019", message, quantity.place, hint="take it out, or give the unit “name”")
            continue
        names = [claim.value.name for claim in quantity.claims if isinstance(claim.value, Name)]
        for name in dict.fromkeys(name for pair in quantity.within for name in pair):
            if name and name not in names:
                message = f"“within” speaks of “{name}”, which no claim of “{quantity.id}” gives"
                hint = did_you_mean(name, names) or "write it as the claim has it, or take it out"
                yield Diagnostic("F020", message, quantity.place, hint=hint)
        for claim in quantity.claims if quantity.wordings else ():
            if claim.stance is not Stance.ASSERTS:
                message = f"claim “{claim.id}” {claim.stance.value} a wording"
                hint = "take “records: wordings” out, or put the claim into a quantity of its own"
                yield Diagnostic("F021", message, claim.place_of("stance"), hint=hint)


def _circles(names: Mapping[str, object], following: Callable[[str], str]) -> Iterator[list[str]]:
    """Yield every circle once, from its first member in the order of ``names``."""
    done: set[str] = set()
    for name in names:
        chain: list[str] = []
        at = name
        while at and at not in done and at not in chain:
            chain.append(at)
            at = following(at)
        if at in chain:
            yield [*chain[chain.index(at) :], at]
        done.update(chain)


def _marks(book: Book) -> Iterator[Diagnostic]:
    for prose in each_prose(book):
        for inline in each_inline(prose.inlines):
            if not isinstance(inline, ClaimMark):
                continue
            name = f"{inline.quantity}/{inline.claim}"
            place = prose.place_at(inline.offset)
            found = book.claim(name)
            if found is None:
                hint = _nearest_claim(book, name)
                yield Diagnostic("F012", f"unknown claim “{name}”", place, hint=hint)
            elif not _fits(inline.form, found[1].value):
                message = f"form “{inline.form}” does not fit “{found[1].notation}”"
                hint = "“number” is for numbers; “day” and “year” for dates that have them"
                yield Diagnostic("F013", message, place, hint=hint)
    for register in book.registers:
        fields = {field.id for field in register.fields if field.type is FieldType.CLAIMS}
        for entry in register.entries:
            for cell in entry.cells:
                for name in cell.words if cell.field in fields else ():
                    if book.claim(name) is None:
                        hint = _nearest_claim(book, name)
                        yield Diagnostic("F012", f"unknown claim “{name}”", cell.place, hint=hint)


def _nearest_claim(book: Book, name: str) -> str:
    """Look for the claim within its quantity, then for the quantity."""
    quantity_id, _, claim_id = name.partition("/")
    quantity = book.quantity(quantity_id)
    if quantity:
        known = [claim.id for claim in quantity.claims]
        near = did_you_mean(claim_id, known)
        return near or f"the claims of “{quantity_id}” are {', '.join(known[:12])}{' …' * (len(known) > 12)}"
    near = did_you_mean(quantity_id, [quantity.id for quantity in book.quantities])
    owners = [quantity.id for quantity in book.quantities if quantity.claim(claim_id)]
    if owners and claim_id:
        return f"did you mean “{owners[0]}/{claim_id}”?" if len(owners) == 1 or not near else near
    return near or "write quantity/claim, with their ids in figures/; bookbuild figures lists them"


def _fits(form: str, value: Value) -> bool:
    if not form or value == Name(""):  # not readable, reported already
        return True
    match value:
        case Number():
            return form == "number"
        case Date(start, end):
            days = [day for day in (start, end) if day]
            if form == "day":
                return all(day.day is not None and day.month is not None for day in days)
            return form == "year" and all(day.year is not None for day in days)
        case _:
            return False


def _values_without_note(book: Book) -> Iterator[Diagnostic]:
    for passage in passages(book):
        yield from _uncovered(book, passage)


def _uncovered(book: Book, passage: Passage) -> Iterator[Diagnostic]:
    cited: set[str] | None = None
    for prose in passage.messages:
        for inline in each_inline(prose.inlines):
            if not isinstance(inline, ClaimMark) or inline.with_note:
                continue
            found = book.claim(f"{inline.quantity}/{inline.claim}")
            if cited is None:
                cited = cited_in(book, passage)
            if found and not {found[1].source, found[1].seen_in} & cited:
                message = f"the passage has no note that cites “{found[1].source}”, the source of this value"
                hint = f"write {{claim}} for {{value}}, or add a note [@{found[1].source}]"
                yield Diagnostic("F014", message, prose.place_at(inline.offset), hint=hint)


def _blocks(book: Book) -> Iterator[Diagnostic]:
    known = [quantity.id for quantity in book.quantities]
    for _, block in blocks_of(book):
        if isinstance(block, FigureTable | ChartBlock) and block.quantity and block.quantity not in known:
            hint = did_you_mean(block.quantity, known) or "bookbuild figures lists the quantities"
            yield Diagnostic("F018", f"unknown quantity “{block.quantity}”", block.place, hint=hint)
