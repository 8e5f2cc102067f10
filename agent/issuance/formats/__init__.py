"""One award, several credentials: an issuer per form (architecture, decision 10)."""
