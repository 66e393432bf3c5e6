"""Edition to one self-contained HTML page for browsers: contents, notes with back links, print style."""

from __future__ import annotations

from importlib.resources import files

from markupsafe import Markup

from bookbuild.model.edition import Edition
from bookbuild.model.locale import Locale
from bookbuild.render.markup import Medium
from bookbuild.render.templating import environment


def render_html(edition: Edition, locale: Locale) -> str:
    """Write the whole localized book as one accessible page that loads nothing else."""
    style = files("bookbuild.render").joinpath("templates", "screen.css").read_text(encoding="utf-8")
    template = environment(Medium.SCREEN).get_template("screen.html.j2")
    return template.render(edition=edition, label=locale.label, style=Markup(style))
