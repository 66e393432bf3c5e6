"""Read the files of a book."""
