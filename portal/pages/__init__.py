"""Public pages, rendered by the server: credential, verification, start page, errors."""
