"""Find everything that is wrong with a book: pure functions that yield diagnostics."""

from bookbuild.check.book import check as check
from bookbuild.check.numerals import list_number_marks as list_number_marks
