"""Edition to units of HTML, or to one page for the screen."""

from bookbuild.render.screen import render_html
from bookbuild.render.units import render_units

__all__ = ["render_html", "render_units"]
