"""bookbuild: printable bilingual reference books whose figures are claims with sources.

The story, in the order in which a book goes through it. Every stage is one room,
takes a value and returns a value; ``build`` is the only module that knows them all.

1. ``read``        files of a book        → ``Book``            (what the authors wrote, with places)
2. ``check``       ``Book``               → diagnostics         (everything wrong, at once)
3. ``translate``   ``Book``, PO catalog   → ``LocalizedBook``   (the same tree in one locale)
4. ``figures``     quantities             → ``Comparison``      (camps, verdicts, origins; no words)
5. ``apparatus``   ``LocalizedBook``      → ``Edition``         (notes numbered, apparatus gathered)
6. ``render``      ``Edition``            → ``Unit`` s          (stretches of HTML that open on a new page)
7. ``press``       ``Unit`` s             → ``Sheets`` → PDF    (page map to a fixed point, audit, join, gate)
8. ``distribute``  PDFs                   → ``dist/``           (all or nothing)

::

                                 cli
                                  │
                                build ──── config
      ┌──────┬───────┬─────────┬──┴─────┬──────────┬────────┬────────┐
     read  check  translate  figures  apparatus  render   press  distribute
      └──────┴───────┴─────────┴──┬─────┴──────────┴────────┴────────┘
                             diagnostics
                                  │
                                model          (frozen dataclasses, standard library only)

Arrows point down. Rooms of the middle row never import each other; they meet in
``model``. Where a room needs another's ability, ``build`` hands it over as a value:
``translate`` and ``check`` are given ``read``'s inline parser, ``apparatus`` and
``render`` are given a :class:`~bookbuild.model.locale.Locale`. A test keeps the drawing true.

Page numbers are data. A unit's HTML holds *page slots* (``<span class="page-slot" …>``)
which the press fills from the page map, lays the unit out, reads where the anchors fell,
and repeats for those units whose mentioned numbers changed, until nothing changes.
"""

__version__ = "0.1.0"
