"""Custody of private keys: signing with them, wrapping them for storage, replacing them."""
