"""Edition to units of HTML."""

from bookbuild.render.locale_style import locale_css as locale_css
from bookbuild.render.screen import render_html as render_html
from bookbuild.render.units import half_title as half_title
from bookbuild.render.units import render_facing as render_facing
from bookbuild.render.units import render_units as render_units
