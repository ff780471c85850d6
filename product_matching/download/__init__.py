"""Public data sets, fetched with the user's own credentials."""
