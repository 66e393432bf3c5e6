"""PDFs to the print-ready distribution."""
