"""Floor of the packs: charts, templates, PDF, workbook."""
