"""Units of HTML to pages to one PDF, and the gate before it gets its name."""
