"""From a spreadsheet's rows to secured credentials."""
