"""Units of HTML to pages to one PDF, and the gate before it gets its name.

``edition.print_edition`` is the story: each unit is laid out on its own (``typeset``, in worker
processes), page numbers are read from the pages and filled into the HTML (``slots``, ``folios``)
until none changes, results are kept by their inputs (``cache``), and the pages are joined with
their folios, links, outline and fonts (``join``, ``book_fonts``). ``engine`` is the only module
that touches the inside of WeasyPrint, ``fetch`` the only door to files, ``audit`` looks at every
unit's boxes, ``gate`` reads the finished PDF again, ``publish`` gives it its name.
"""
