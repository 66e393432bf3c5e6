"""Find everything that is wrong with a book: pure functions that yield diagnostics."""
