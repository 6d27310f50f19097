"""Floor of the data: contracts, parsing, findings, cleaning; `sources` alone reads files and databases."""
