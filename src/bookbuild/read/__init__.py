"""Read the files of a book."""

from bookbuild.read.book import KeptFiles as KeptFiles
from bookbuild.read.book import read_book as read_book
from bookbuild.read.book import read_ledger as read_ledger
from bookbuild.read.inlines import parse_inlines as parse_inlines
from bookbuild.read.new import copy_starter as copy_starter
