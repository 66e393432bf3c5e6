"""PDFs to the print-ready distribution.

``preflight`` judges any PDF. ``interior`` and ``cover`` make what goes to the printer, ``screen``
what is read and archived, ``booklet`` a proof on office paper, ``records`` what goes with them,
and ``publish`` puts all of it in its folder at once. Each takes bytes and returns bytes; equal
inputs give equal bytes, and no clock is asked.
"""
