"""Book to template, book and catalog to localized book; the languages themselves."""
