"""Edition to units of HTML."""
