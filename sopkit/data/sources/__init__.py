"""Sources: how a company's files become typed tables."""
