"""Laid-out units to one PDF: pages in order, numbers drawn, links and outline across units."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any
from urllib.parse import unquote

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, OutlineItem, Page, Pdf, Stream, String

from bookbuild.diagnostics import InternalFault
from bookbuild.model.page import PageFormat
from bookbuild.model.unit import Folios, Numbering, Unit
from bookbuild.press.book_fonts import BookFonts, KeptCuts, stamp_face
from bookbuild.press.folios import Plan, by_language, side_of
from bookbuild.press.fonts import hide_system_fonts
from bookbuild.press.sheets import FolioPlace, LaidOut
from bookbuild.press.slots import LINK

_SLOT = re.compile(rb"/BookSlot <</S (\d+) /G \[([\d ]*)\]>> BDC\n(.*?)EMC\n", re.DOTALL)
_HEXADECIMAL = re.compile(rb"<([0-9a-f]*)>")
_MM = 72 / 25.4
_FOOT_SHARE = 0.55
_HEAD_SHARE = 0.62


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the file says of itself."""

    title: str
    lang: str
    author: str
    subject: str
    direction: str
    page: PageFormat


def join(
    units: Sequence[Unit],
    laid_out: Sequence[LaidOut],
    numbers: Sequence[Sequence[str]],
    plan: Plan,
    imprint: Imprint,
    read_font: Callable[[str], bytes],
    kept: KeptCuts | None = None,
    *,
    whole_fonts: bool = False,
) -> bytes:
    """Return the book as one PDF; equal inputs give equal bytes.

    ``numbers`` has what the page slots of each unit print, ``read_font`` returns a font file by its SHA-256,
    ``kept`` fonts that were cut before.
    With ``whole_fonts`` fonts are not cut down to what is used: a larger file in a tenth of the time.

    Raises:
        InternalFault: a page slot has not as many digits as the number to be put in.
    """
    return Joining(imprint, read_font, kept, whole_fonts=whole_fonts).finish(units, laid_out, numbers, plan)


class Joining:
    """A book that is being joined: units are added in order, each as soon as it is known.

    The bytes depend on what is added, not on when; as the file counts its objects while units are added,
    nothing can be added before what precedes it. :meth:`prepare` does then what can be done.
    """

    def __init__(
        self,
        imprint: Imprint,
        read_font: Callable[[str], bytes],
        kept: KeptCuts | None = None,
        *,
        whole_fonts: bool = False,
    ) -> None:
        self._imprint = imprint
        self._whole_fonts = whole_fonts
        self._pdf = Pdf.new()
        self._fonts = BookFonts(self._pdf, read_font, kept, whole=whole_fonts)
        self._pictures: dict[bytes, Any] = {}
        self._order: list[int] = []
        """For each page of the file, as it is added, its number in the book."""
        self._added: list[_Part] = []
        self._prepared: dict[str, tuple[_Part, Pdf]] = {}

    def prepare(self, unit: Unit, sheet: LaidOut, texts: Sequence[str]) -> None:
        """Open a unit's pages and put its page numbers in; it is to be added later."""
        part = _Part(unit, sheet, tuple(texts))
        self._prepared[unit.id] = part, self._opened(part)

    def add(self, unit: Unit, sheet: LaidOut, texts: Sequence[str], plan: Plan) -> None:
        """Add the pages of the next unit.

        Raises:
            InternalFault: a page slot has not as many digits as the number to be put in.
        """
        pdf, imprint = self._pdf, self._imprint
        own = plan.pages_of(len(self._added), sheet.sheets.pages)
        part = _Part(unit, sheet, tuple(texts))
        while plan.step == 1 and len(pdf.pages) + 1 < own[0]:
            self._order.append(len(pdf.pages) + 1)
            _add_blank(pdf, imprint.page)
        start = len(pdf.pages)
        self._order += own
        known, source = self._prepared.pop(unit.id, (None, None))
        with source if source and known == part else self._opened(part) as source:
            pdf.pages.extend(source.pages)
            _add_tags(pdf, source)
        # In place: groups drawn on the pages have resources of their own that name the same fonts.
        shared = pdf.pages[start].obj.Resources.Font
        for use in sheet.fonts:
            shared[Name(f"/{use.name}")] = self._fonts.adopt(use, shared[Name(f"/{use.name}")])
        _share_pictures(pdf.pages[start].obj.Resources, self._pictures)
        if unit.folios is Folios.SHOWN:
            _stamp_folios(pdf, start, sheet, plan, own, imprint, self._fonts, shared)
        if unit.lang != imprint.lang:
            for index in range(start, len(pdf.pages)):
                _tell_language(pdf, pdf.pages[index], unit.lang)
        self._added.append(replace(part, numbers=tuple(own), folios=_folios(plan, own)))

    def agrees(
        self, units: Sequence[Unit], laid_out: Sequence[LaidOut], numbers: Sequence[Sequence[str]], plan: Plan
    ) -> bool:
        """Tell whether what was added is what the book begins with."""
        whole = zip(units, laid_out, numbers, strict=True)
        for at, (added, (unit, sheet, texts)) in enumerate(zip(self._added, whole, strict=False)):
            own = plan.pages_of(at, sheet.sheets.pages)
            if added != _Part(unit, sheet, tuple(texts), tuple(own), _folios(plan, own)):
                return False
        return True

    def finish(
        self, units: Sequence[Unit], laid_out: Sequence[LaidOut], numbers: Sequence[Sequence[str]], plan: Plan
    ) -> bytes:
        """Add the units that are missing; return the whole book, of which this is the end.

        Raises:
            InternalFault: a page slot has not as many digits as the number to be put in.
        """
        with self._pdf as pdf:
            begun = len(self._added)
            for unit, sheet, texts in zip(units[begun:], laid_out[begun:], numbers[begun:], strict=True):
                self.add(unit, sheet, texts, plan)
            if plan.step != 1:
                _put_in_order(pdf, self._order, plan.pages, self._imprint.page)
            places = _destinations(laid_out, plan)
            used = _relink(pdf, places) | _outline(pdf, units, places)
            used |= {anchor for unit in units for anchor in unit.mentions if anchor in places}
            _name_destinations(pdf, places, used)
            _page_labels(pdf, plan)
            self._fonts.write()
            _describe(pdf, self._imprint)
            save = functools.partial(
                pdf.save,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                compress_streams=not self._whole_fonts,
                min_version="1.7",
            )
            out = _saved(save, sum(len(sheet.sheets.pdf) for sheet in laid_out))
        if isinstance(out, io.BytesIO):
            return out.getvalue()
        del pdf, save, self._pdf, self._fonts  # and with them the pages, which a closed file keeps
        self._pictures.clear()
        _give_back()
        with out:
            return out.read()

    def _opened(self, part: _Part) -> Pdf:
        """Open a unit's pages, with exact boxes and the page numbers that its text prints."""
        source = Pdf.open(io.BytesIO(part.sheet.sheets.pdf))
        _put_digits_in([source.pages[page - 1] for page in part.sheet.slot_pages], part.texts, part.unit)
        for page in source.pages:
            _set_boxes(page, self._imprint.page)
        return source


_LARGE = 16 * 2**20
"""Bytes of pages from which on the book is written to a file: in memory it would stand beside them."""


def _saved(save: Callable[[IO[bytes]], None], size: int) -> IO[bytes]:
    """Save a book of about so many bytes; return where it is to be read."""
    if size >= _LARGE:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:  # no room there: in memory
            file = stack.enter_context(tempfile.TemporaryFile(dir=hide_system_fonts().parent))
            save(file)
            file.seek(0)
            stack.pop_all()
            return file
    out = io.BytesIO()
    save(out)
    return out


def _give_back() -> None:
    """Let the system have what is free: the allocator keeps thousands of small pieces."""
    with contextlib.suppress(AttributeError, OSError):  # not everywhere
        ctypes.CDLL(None).malloc_trim(0)


@dataclass(frozen=True, slots=True)
class _Part:
    """All that decides how a unit stands in the file."""

    unit: Unit
    sheet: LaidOut
    texts: tuple[str, ...]
    numbers: tuple[int, ...] = ()
    folios: tuple[str, ...] = ()


def _folios(plan: Plan, numbers: Sequence[int]) -> tuple[str, ...]:
    return tuple(plan.folios[number - 1] for number in numbers)


def _destinations(laid_out: Sequence[LaidOut], plan: Plan) -> dict[str, tuple[int, float, float]]:
    """Return for every anchor of the book its page from 1 and its point."""
    places: dict[str, tuple[int, float, float]] = {}
    for first, sheet in zip(plan.firsts, laid_out, strict=True):
        for anchor, (page, x, y) in sheet.destinations.items():
            places.setdefault(anchor, (first + (page - 1) * plan.step, x, y))
    return places


def _tell_language(pdf: Pdf, page: Page, lang: str) -> None:
    """Mark what stands on a page as being in another language than the book (ISO 32000-2, 14.9.2)."""
    before = Stream(pdf, f"/Span <</Lang ({lang})>> BDC\n".encode())
    own = page.obj.Contents
    *margin, text = list(own) if isinstance(own, Array) else [own]
    after = pdf.make_indirect(Stream(pdf, b"EMC\n"))
    page.obj.Contents = Array([*margin, pdf.make_indirect(before), text, after])


def _put_in_order(pdf: Pdf, order: Sequence[int], count: int, page: PageFormat) -> None:
    """Put pages, added in another order, where they belong, and blank ones between and after them."""
    places = {number: index for index, number in enumerate(order)}
    for number in range(1, count + 1):
        if number not in places:
            places[number] = len(pdf.pages)
            _add_blank(pdf, page)
    pages = list(pdf.pages)
    del pdf.pages[:]
    for number in range(1, count + 1):
        pdf.pages.append(pages[places[number]])


def _add_tags(pdf: Pdf, source: Pdf) -> None:
    """Put a unit's structure tree, if it has one, beside those of the units before it."""
    if Name.StructTreeRoot not in source.Root:
        return
    if Name.StructTreeRoot not in pdf.Root:
        pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array()))
    tree = source.Root.StructTreeRoot.K
    for kid in tree if isinstance(tree, Array) else [tree]:
        pdf.Root.StructTreeRoot.K.append(pdf.copy_foreign(kid))


def _share_pictures(resources: Any, known: dict[bytes, Any]) -> None:
    """Let a picture that units before have too stand in the file once."""
    for name, picture in (resources.get(Name.XObject) or {}).items():
        if picture.get(Name.Subtype) == Name.Image:
            resources.XObject[Name(name)] = known.setdefault(_picture_digest(picture), picture)


def _picture_digest(picture: Any) -> bytes:
    digest = hashlib.sha256(picture.read_raw_bytes())
    for key, value in sorted(picture.items()):
        digest.update(f"\0{key}\0".encode())
        if isinstance(value, Stream):
            digest.update(_picture_digest(value))
        else:
            digest.update(value.unparse(resolved=True) if isinstance(value, Object) else repr(value).encode())
    return digest.digest()


def _put_digits_in(pages: Sequence[Page], texts: Sequence[str], unit: Unit) -> None:
    """Put the digits of page numbers in the place of the zeros that keep their room."""
    waiting = [[int(character) for character in text if character.isdecimal()] for text in texts]

    def replace(match: re.Match[bytes]) -> bytes:
        digits = waiting[int(match[1])]
        glyphs = [b"%04x" % int(glyph) for glyph in match[2].split()]
        if not glyphs:
            digits.clear()  # reported: the font has no figures of one width
            return match[3]

        def string(shown: re.Match[bytes]) -> bytes:
            codes = re.findall(rb"....", shown[1])
            put = (glyphs[digits.pop(0)] if digits and code == glyphs[0] else code for code in codes)
            return b"<%s>" % b"".join(put)

        return _HEXADECIMAL.sub(string, match[3])

    for page in pages:
        page.obj.Contents.write(_SLOT.sub(replace, page.obj.Contents.read_bytes()))
    left = [texts[slot] for slot, digits in enumerate(waiting) if digits]
    if left:
        raise InternalFault(f"no room for the page number {left[0]} in {unit.id}")


def _add_blank(pdf: Pdf, page: PageFormat) -> None:
    bleed = float(page.bleed_mm) * _MM
    size = (float(page.trim_width_mm) * _MM + 2 * bleed, float(page.trim_height_mm) * _MM + 2 * bleed)
    blank = pdf.add_blank_page(page_size=size)
    del blank.obj.Contents  # written empty but compressed, it would be a damaged stream
    blank.obj.MediaBox = Array([-bleed, -bleed, size[0] - bleed, size[1] - bleed])
    _set_boxes(blank, page)


def _set_boxes(page: Page, page_format: PageFormat) -> None:
    """Set trim, bleed, crop and media boxes exactly; the engine rounds bleed down to 10 points."""
    box = [float(value) for value in page.obj.MediaBox]
    bleed = float(page_format.bleed_mm) * _MM
    trim = [box[0] + bleed, box[1] + bleed, box[2] - bleed, box[3] - bleed]
    page.obj.TrimBox = Array([round(value, 3) for value in trim])
    page.obj.BleedBox = page.obj.CropBox = page.obj.MediaBox = Array([round(value, 3) for value in box])


def _stamp_folios(
    pdf: Pdf,
    start: int,
    sheet: LaidOut,
    plan: Plan,
    numbers: Sequence[int],
    imprint: Imprint,
    fonts: BookFonts,
    resources: Any,
) -> None:
    places = sheet.folio_places or tuple(_usual_places(sheet, numbers, imprint))
    for place in places:
        text = plan.folios[numbers[place.page - 1] - 1]
        stamp = fonts.stamp(stamp_face(place.family, place.weight, place.italic))
        if not stamp.has(text):
            stamp = fonts.stamp(stamp_face("Book Arabic", place.weight, False))
        shown, ems = stamp.show(text, place.features)
        x = place.x - ems * place.size * {"left": 0, "center": 0.5, "right": 1}[place.align]
        resources[Name(f"/{stamp.name}")] = stamp.template
        content = (
            f"/Artifact <</Type /Pagination>> BDC q BT {place.colour} /{stamp.name} {place.size:g} Tf "
            f"1 0 0 1 {x:.3f} {place.y:.3f} Tm <{shown}> Tj ET Q EMC\n"
        )
        page = pdf.pages[start + place.page - 1]
        # Before the engine's own content, which turns the axes over and does not turn them back.
        own = page.obj.Contents
        others = list(own) if isinstance(own, Array) else [own]
        page.obj.Contents = Array([pdf.make_indirect(Stream(pdf, content.encode())), *others])


def _usual_places(sheet: LaidOut, numbers: Sequence[int], imprint: Imprint) -> Iterator[FolioPlace]:
    """Yield where numbers stand if no style sheet says so: foot of the opening page, then outer head."""
    width = float(imprint.page.trim_width_mm) * _MM
    height = float(imprint.page.trim_height_mm) * _MM
    for page in range(1, sheet.sheets.pages + 1):
        left, top, right, bottom = sheet.text_areas[page - 1]
        foot, head = bottom * (1 - _FOOT_SHARE), top + (height - top) * (1 - _HEAD_SHARE)
        if page == 1:
            place = ((left + right) / 2 if right else width / 2, foot, "center")
        elif side_of(numbers[page - 1], imprint.direction) == "left":
            place = (left, head, "left")
        else:
            place = (right, head, "right")
        x, y, align = place
        yield FolioPlace(
            page, round(x, 3), round(y, 3), align, "Book Serif", 400, False, 9.0, ("onum",), "0 0 0 rg"
        )


def _relink(pdf: Pdf, places: Mapping[str, tuple[int, float, float]]) -> set[str]:
    """Turn the links that passed through the engine as ``book:`` into named destinations; return these."""
    used: set[str] = set()
    for page in pdf.pages:
        if Name.Annots not in page.obj:
            continue
        kept = []
        for annotation in page.obj.Annots:
            action = annotation.get(Name.A)
            target = str(action.URI) if action is not None and Name.URI in action else ""
            if target.startswith(LINK):
                anchor = unquote(target.removeprefix(LINK))
                if anchor not in places:
                    continue  # reported by the edition: a link to nowhere is an error
                del annotation[Name.A]
                annotation.Dest = String(anchor)
                used.add(anchor)
            kept.append(annotation)
        page.obj.Annots = Array(kept)
    return used


def _name_destinations(pdf: Pdf, places: Mapping[str, tuple[int, float, float]], used: Iterable[str]) -> None:
    """Write the name tree, one leaf with sorted keys (ISO 32000-2, 7.9.6)."""
    pages = [page.obj for page in pdf.pages]
    keys = sorted((bytes(String(anchor)), anchor) for anchor in used)
    names: list[Any] = []
    for _, anchor in keys:
        number, x, y = places[anchor]
        names += [String(anchor), Array([pages[number - 1], Name.XYZ, x, y, 0])]
    pdf.Root.Names = Dictionary(Dests=pdf.make_indirect(Dictionary(Names=Array(names))))


def _outline(pdf: Pdf, units: Sequence[Unit], places: Mapping[str, tuple[int, float, float]]) -> set[str]:
    """Write the bookmarks of all units as one outline; return the anchors that they lead to."""
    path: list[tuple[int, OutlineItem]] = []
    used: set[str] = set()
    with pdf.open_outline() as outline:
        for unit in by_language(units):
            for bookmark in unit.bookmarks:
                if bookmark.anchor not in places:
                    continue  # reported by the gate
                used.add(bookmark.anchor)
                item = OutlineItem(bookmark.label, String(bookmark.anchor))
                while path and path[-1][0] >= bookmark.level:
                    path.pop()
                (path[-1][1].children if path else outline.root).append(item)
                path.append((bookmark.level, item))
    return used


def _page_labels(pdf: Pdf, plan: Plan) -> None:
    """Write page labels: decimal or lower-case Roman where that is what is printed, else the words."""
    numbers: list[Any] = []
    counts: dict[Numbering, int] = {}
    previous: Numbering | None = None
    for index, (sequence, folio) in enumerate(zip(plan.numbering, plan.folios, strict=True)):
        counts[sequence] = counts.get(sequence, 0) + 1
        if sequence is Numbering.ARABIC and folio != str(counts[sequence]):
            numbers += [index, Dictionary(P=String(folio))]
        elif sequence is not previous:
            style = Name.r if sequence is Numbering.ROMAN else Name.D
            numbers += [index, Dictionary(S=style, St=counts[sequence])]
        previous = sequence
    pdf.Root.PageLabels = pdf.make_indirect(Dictionary(Nums=Array(numbers)))


def _describe(pdf: Pdf, imprint: Imprint) -> None:
    pdf.Root.Lang = String(imprint.lang)
    pdf.Root.ViewerPreferences = Dictionary(
        DisplayDocTitle=True, Direction=Name.R2L if imprint.direction == "rtl" else Name.L2R
    )
    pdf.Root.PageLayout = Name.TwoPageRight
    entries = {"/Title": imprint.title, "/Author": imprint.author, "/Subject": imprint.subject}
    for key, value in entries.items():
        if value:
            pdf.docinfo[key] = value
    pdf.docinfo["/Producer"] = "bookbuild, WeasyPrint"
