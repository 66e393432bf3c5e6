"""The templates: Jinja2 with autoescape, strict about names, refusing what is not text."""

from __future__ import annotations

import contextlib
import functools
import sys
import tempfile
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket

from bookbuild.diagnostics import InternalFault
from bookbuild.model import edition as model
from bookbuild.model.locale import Locale
from bookbuild.render.charts import chart_pieces
from bookbuild.render.markup import (
    Medium,
    balanced,
    carried,
    counted,
    note_markup,
    page_slot,
    paired,
    short_entry,
    spans_markup,
    turned,
    words_markup,
)


def block_name(block: object) -> str:
    """Return the name of a block's partial: ``ClaimTable`` → ``claim-table``."""
    name = type(block).__name__
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


class _BesideTemplates(BytecodeCache):
    """Compiled templates, kept where Python keeps compiled modules, and on the same terms.

    Jinja asks that the source and its own version be those of what was compiled; what is damaged, or cannot
    be written, is compiled again.
    """

    _FOLDER = Path(__file__).parent / "templates" / "__pycache__"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template, if there is one."""
        with contextlib.suppress(OSError):
            bucket.bytecode_from_string(self._path(bucket).read_bytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template, unless Python may write none."""
        if sys.dont_write_bytecode:
            return
        with contextlib.suppress(OSError):
            self._FOLDER.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._FOLDER, prefix=".part-", delete=False) as file:
                file.write(bucket.bytecode_to_string())
            Path(file.name).replace(self._path(bucket))

    def _path(self, bucket: Bucket) -> Path:
        return self._FOLDER / f"{bucket.key}.{sys.implementation.cache_tag}.jinja"


@functools.cache
def environment(medium: Medium) -> Environment:
    """Return the environment whose filters write for one medium."""
    env = Environment(
        loader=PackageLoader("bookbuild.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=_BesideTemplates(),
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    env.filters["words"] = functools.partial(words_markup, medium=medium)
    env.filters["spans"] = functools.partial(spans_markup, medium=medium)
    env.filters["note"] = functools.partial(note_markup, medium=medium)
    env.filters["turned"] = turned
    env.filters["paired"] = functools.partial(paired, medium=medium)
    env.filters["carried"] = (lambda title, continued: "") if medium is Medium.SCREEN else carried
    env.filters["balanced"] = (lambda title: title) if medium is Medium.SCREEN else balanced
    env.filters["counted"] = counted
    env.filters["short"] = short_entry
    env.filters["pages"] = functools.partial(page_slot, medium=medium)
    env.filters["partial"] = lambda block: f"blocks/{block_name(block)}.html.j2"
    env.filters["pieces"] = functools.partial(chart_pieces, medium=medium)
    env.globals["on_paper"] = medium is not Medium.SCREEN
    env.globals["facing"] = medium is Medium.FACING
    return env


def section_html(section: model.Section, edition: model.Edition, locale: Locale, medium: Medium) -> str:
    """Write one section: a whole document on paper, a ``<section>`` on the screen."""
    name = "section.html.j2" if medium is Medium.SCREEN else "unit.html.j2"
    # Only this much of the edition, so that a section need not be written again when another changes.
    around = {"lang": edition.lang, "direction": edition.direction, "title": edition.title}
    return environment(medium).get_template(name).render(section=section, edition=around, label=locale.label)


def half_title_html(edition: model.Edition, other: model.Edition, name: str) -> str:
    """Write the leaf that has a book's title in two languages and nothing else."""
    template = environment(Medium.FACING).get_template("half-title.html.j2")
    return template.render(edition=edition, other=other, id=name)


def _printable(value: Any) -> Any:
    if value is None or callable(value):
        raise InternalFault(f"a template prints {value!r}")
    return value
