"""One module per DID method."""
