"""Units of HTML to pages to one PDF, and the gate before it gets its name.

``edition.print_edition`` is the story: each unit is laid out on its own (``typeset``, in worker
processes), page numbers are read from the pages and filled into the HTML (``slots``, ``folios``)
until none changes, results are kept by their inputs (``cache``), and the pages are joined with
their folios, links, outline and fonts (``join``, ``book_fonts``). Numbers of pages that are not laid out
yet are estimated from those that are, so that hardly a unit is set twice; while workers lay out, what will
probably stay as it was in the last run is joined already, and done again if it did not. Of a unit in which
only words changed, only the pages that they touch are laid out (``trail``) and put among the others
(``splice``). ``engine`` is the module that touches the inside of WeasyPrint, ``fetch`` the only door to
files, ``audit`` looks at every unit's boxes, ``gate`` reads the finished PDF again, ``publish`` gives it
its name.

``facing.print_facing`` tells the same story of two languages on facing pages: their units are laid out
in pairs (``facing_typeset``), spread by spread, by the other module that knows the engine's inside
(``facing_engine``), and ``spreads`` asks the finished PDF whether what belongs together begins together.

What the press finds (the gate's G codes are in ``gate``):

==== ==========================================================================================
P101 a file outside the book, or something that is no file, was asked for and not read
P102 a picture, font or style is missing, too big or damaged
P103 a file was to be attached to the PDF
P110 the engine ignores something in a style sheet (warning)
P111 the engine complains about a page
P112 no font has a character
P113 a style sheet counts pages itself: ``counter(page)``, ``target-counter()``
P114 ``string(folio)`` stands with other text in its margin box
P115 a font family that nobody has (warning)
P116 a font that comes neither from the book nor from the house
P117 page numbers are set in a font without figures of one width
P118 a style that a font family does not have: no bold, no italic (warning)
P120 a note, or its call, is lost
P121 a note, or its call, is printed more than once
P122 a note stands before the page of its call
P123 a note stands later than the page after its call
P124 a note that the edition does not promise
P125 a note lies over another note or over the text
P126 a note leaves the text area
P127 a note is too high for the page
P128 notes are out of order
P130 text runs out of the text area (warning) or off the page
P140 an anchor is on no page
P141 the text leads to an anchor that is nowhere in the book
P150 page references do not settle
==== ==========================================================================================
"""
