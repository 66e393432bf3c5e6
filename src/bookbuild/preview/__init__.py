"""The book in the browser while it is being written: pages, text, findings, each at its line.

``session.preview`` is the story: ``watch`` tells that files have changed, ``build.proofs`` brings the
pages up to them, ``board`` keeps what there is to see and tells who listens, ``server`` shows it on
this machine only, and ``page/`` is what runs in the browser.

Pages are shown as pictures that ``raster`` makes of the finished pages with pdfium, the engine of
Chromium's own PDF viewer, and not in that viewer: a page cannot ask a viewer where its reader is, so
every reload would lose the place, a change of language could not keep it, and no click could be led
to its line. The text of the book is one click away as HTML, for search and for screen readers, and
every chapter can be opened as a PDF.

From a save to the page: one file is read, one chapter rendered, the pages that changed are laid out, the
state is told, and the browser, which finds by its digest which page looks otherwise, asks for its picture.
Well under a second for a book of 400 pages, half of it in the worker; ``tests/benchmarks/preview.py`` tells
all stages.
"""
