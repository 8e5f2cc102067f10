"""Verification for anyone: the page `/verify` and `POST /v1/verify`."""
