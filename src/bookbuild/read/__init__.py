"""Read the files of a book."""

from bookbuild.read.book import KeptFiles as KeptFiles
from bookbuild.read.book import read_book as read_book
from bookbuild.read.book import read_ledger as read_ledger
from bookbuild.read.files import is_plain_name as is_plain_name
from bookbuild.read.files import unplain_name as unplain_name
from bookbuild.read.inlines import parse_inlines as parse_inlines
from bookbuild.read.new import copy_starter as copy_starter
