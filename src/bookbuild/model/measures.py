"""Units of value that every book knows, and exact conversion between them.

Factors are the legal definitions: the international yard and pound agreement of 1959 for
mile, yard, foot, inch, acre, pound and ounce; the SI brochure for the rest. Currencies are the
codes of ISO 4217, those withdrawn included, since sources are old.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cache

PHYSICAL_UNITS: Mapping[str, tuple[str, Decimal]] = {
    "mm": ("length", Decimal("0.001")),
    "cm": ("length", Decimal("0.01")),
    "m": ("length", Decimal(1)),
    "km": ("length", Decimal(1000)),
    "inch": ("length", Decimal("0.0254")),
    "foot": ("length", Decimal("0.3048")),
    "yard": ("length", Decimal("0.9144")),
    "mile": ("length", Decimal("1609.344")),
    "nautical-mile": ("length", Decimal(1852)),
    "verst": ("length", Decimal("1066.8")),
    "m2": ("area", Decimal(1)),
    "ha": ("area", Decimal(10_000)),
    "km2": ("area", Decimal(1_000_000)),
    "acre": ("area", Decimal("4046.8564224")),
    "mile2": ("area", Decimal("2589988.110336")),
    "ml": ("volume", Decimal("0.000001")),
    "l": ("volume", Decimal("0.001")),
    "m3": ("volume", Decimal(1)),
    "mg": ("mass", Decimal("0.000001")),
    "g": ("mass", Decimal("0.001")),
    "kg": ("mass", Decimal(1)),
    "t": ("mass", Decimal(1000)),
    "ounce": ("mass", Decimal("0.028349523125")),
    "pound": ("mass", Decimal("0.45359237")),
    "km/h": ("speed", Decimal(1)),
    "mile/h": ("speed", Decimal("1.609344")),
}
"""Unit → its dimension, and how many of the dimension's base unit it is."""

SECONDS: Mapping[str, Decimal] = {
    "second": Decimal(1),
    "minute": Decimal(60),
    "hour": Decimal(3600),
    "day": Decimal(86_400),
    "week": Decimal(604_800),
}
"""Units of duration that always last the same."""

MONTHS: Mapping[str, int] = {"month": 1, "year": 12}
"""Units of duration that do not: see :func:`days_in_months`."""

TIME_UNITS = frozenset(SECONDS) | frozenset(MONTHS)

RESERVED_UNITS = frozenset({"percent", "ratio", "date", "time", "duration", "name"})
"""Words that say what kind of line a quantity lies on; no counting unit may bear them."""

CURRENCIES = frozenset(
    """
    ADP AED AFA AFN ALK ALL AMD ANG AOA AOK AON AOR ARA ARL ARM ARP ARS ATS AUD AWG AZM AZN BAD BAM BAN BBD
    BDT BEC BEF BEL BGL BGM BGN BGO BHD BIF BMD BND BOB BOL BOP BOV BRB BRC BRE BRL BRN BRR BRZ BSD BTN BUK
    BWP BYB BYN BYR BZD CAD CDF CHE CHF CHW CLE CLF CLP CNY COP COU CRC CSD CSK CUC CUP CVE CYP CZK DDM DEM
    DJF DKK DOP DZD ECS ECV EEK EGP ERN ESA ESB ESP ETB EUR FIM FJD FKP FRF GBP GEK GEL GHC GHS GIP GMD GNF
    GNS GQE GRD GTQ GWE GWP GYD HKD HNL HRD HRK HTG HUF IDR IEP ILP ILR ILS INR IQD IRR ISJ ISK ITL JMD JOD
    JPY KES KGS KHR KMF KPW KRH KRO KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LTT LUC LUF LUL LVL LVR LYD MAD
    MAF MCF MDC MDL MGA MGF MKD MKN MLF MMK MNT MOP MRO MRU MTL MTP MUR MVP MVR MWK MXN MXP MXV MYR MZE MZM
    MZN NAD NGN NIC NIO NLG NOK NPR NZD OMR PAB PEI PEN PES PGK PHP PKR PLN PLZ PTE PYG QAR RHD ROL RON RSD
    RUB RUR RWF SAR SBD SCR SDD SDG SDP SEK SGD SHP SIT SKK SLE SLL SOS SRD SRG SSP STD STN SUR SVC SYP SZL
    THB TJR TJS TMM TMT TND TOP TPE TRL TRY TTD TWD TZS UAH UAK UGS UGX USD USN UYI UYP UYU UYW UZS VEB VED
    VEF VES VND VNN VUV WST XAF XAG XAU XCD XCG XDR XEU XFO XOF XPF YDD YER YUD YUM YUN YUR ZAL ZAR ZMK ZMW
    ZRN ZRZ ZWD ZWG ZWL ZWR
    """.split()  # noqa: SIM905 - three hundred quoted strings would hide the list
)

_PRECISION = Context(prec=60, rounding=ROUND_HALF_EVEN)
_DAYS_IN_400_YEARS = 146_097


def dimension(unit: str) -> str:
    """Return what a physical unit measures (``length``, ``duration`` …); empty if it is none.

    >>> dimension("ha"), dimension("week"), dimension("person")
    ('area', 'duration', '')
    """
    if unit in TIME_UNITS or unit == "duration":
        return "duration"
    return PHYSICAL_UNITS[unit][0] if unit in PHYSICAL_UNITS else ""


def convert(amount: Decimal, unit: str, into: str) -> Decimal:
    """Convert an amount between two units of one dimension that always measure the same.

    Exact wherever the result is a finite decimal; otherwise rounded to 60 significant digits,
    which keeps the order of any two amounts and the equality of equal ones.
    ``into`` may be ``duration``, whose line is in seconds.

    Raises:
        ValueError: if the units measure different things, or a month or year is among them.

    >>> convert(Decimal(6), "mile", "km"), convert(Decimal("926"), "km2", "ha")
    (Decimal('9.656064'), Decimal('92600'))
    """
    if unit == into:
        return amount
    if dimension(unit) != dimension(into) or not dimension(unit):
        raise ValueError(f"{unit} cannot be converted to {into}")
    exact = Fraction(amount) * Fraction(_factor(unit)) / Fraction(_factor(into))
    quotient = _PRECISION.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return quotient.quantize(Decimal(1)) if quotient == quotient.to_integral_value() else quotient


@cache
def days_in_months(months: int) -> tuple[int, int]:
    """Return the fewest and the most days that so many months of the Gregorian calendar can last.

    >>> days_in_months(1), days_in_months(12)
    ((28, 31), (365, 366))
    """
    cycles, rest = divmod(months, 4800)
    starts = _month_starts()
    lengths = [starts[start + rest] - starts[start] for start in range(4800)]
    return cycles * _DAYS_IN_400_YEARS + min(lengths), cycles * _DAYS_IN_400_YEARS + max(lengths)


def days_in_month(year: int | None, month: int) -> int:
    """Return the length of a month; of the longest such month where the year is not known.

    Years are astronomical, the calendar is the proleptic Gregorian one, as EDTF has it.
    """
    if month == 2:
        leap = year is None or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


@cache
def _month_starts() -> tuple[int, ...]:
    starts = [0]
    for month in range(9600):
        starts.append(starts[-1] + days_in_month(month // 12, month % 12 + 1))
    return tuple(starts)


def _factor(unit: str) -> Decimal:
    if unit == "duration":
        return Decimal(1)
    if unit in SECONDS:
        return SECONDS[unit]
    if unit in PHYSICAL_UNITS:
        return PHYSICAL_UNITS[unit][1]
    raise ValueError(f"a {unit} has no fixed length")
