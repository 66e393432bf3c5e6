"""Edition to one HTML page for browsers: contents, notes with back links, language switch, print style."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from bookbuild.model.edition import Edition
from bookbuild.model.locale import Locale
from bookbuild.render.markup import Medium
from bookbuild.render.templating import environment


@dataclass(frozen=True, slots=True)
class Translation:
    """The same book in another language, for readers to switch to."""

    lang: str
    name: str
    """The language's own."""
    href: str
    """Address of its page; sections have the same ids in all languages."""


def render_html(
    edition: Edition,
    locale: Locale,
    translations: Sequence[Translation] = (),
    style: str = "",
    picture: Callable[[str], str] = str,
) -> str:
    """Write the whole localized book as one accessible page.

    It loads nothing but what ``style`` asks for, which is read after the house's, and its pictures.
    ``picture`` gives their address from their path in the book; a ``data:`` address embeds them.
    """
    house = files("bookbuild.render").joinpath("templates", "screen.css").read_text(encoding="utf-8")
    template = environment(Medium.SCREEN).get_template("screen.html.j2")
    return template.render(
        edition=edition,
        label=locale.label,
        style=Markup(house + style),
        translations=translations,
        picture=picture,
    )
