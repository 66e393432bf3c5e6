"""Localized book to edition: notes numbered, matter that nobody wrote gathered."""
