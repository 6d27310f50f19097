"""Floor of the record."""
