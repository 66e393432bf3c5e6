"""What a language asks of the page: its letters, its hyphen, its direction: a style sheet."""

from __future__ import annotations

from bookbuild.model.locale import Locale

_HOUSE = '"Book Serif", "Book Armenian", "Book Arabic", serif'
_SOURCE_HYPHEN = "\u2010"


def locale_css(locale: Locale) -> str:
    """Return the style sheet of a language: to be read after the house style and before the book's.

    Empty for a language that needs nothing besides.
    """
    rules: list[str] = []
    if locale.hyphen != _SOURCE_HYPHEN:
        rules.append(f'html {{ hyphenate-character: "{_quoted(locale.hyphen)}" }}')
    if locale.fonts:
        # Latin words, figures and signs come from the house's own family; its own letters from these.
        names = ", ".join(f'"{_quoted(name)}"' for name in locale.fonts)
        rules += [
            f'html {{ --serif: "Book Serif", {names}, {_HOUSE} }}',
            # These scripts have no italics: a slanted letter is no letter of theirs.
            f":lang({locale.code}) {{ font-style: normal !important }}",
            f"em:lang({locale.code}) {{ font-weight: 700 }}",
            f".counts em:lang({locale.code}) {{ font-weight: 400 }}",
        ]
    if locale.direction == "rtl":
        heads = "letter-spacing: normal; font-variant-caps: normal"
        rules += [
            # Joined letters are never spaced.
            f":lang({locale.code}) {{ {heads.replace(';', ' !important;')} !important }}",
            f"@page :left {{ @top-center {{ {heads} }} @top-right {{ {heads} }} }}",
            f"@page :right {{ @top-center {{ {heads} }} @top-left {{ {heads} }} }}",
            "@page { @footnote { background-position: 100% 0 } }",
        ]
    return "\n".join(rules)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
