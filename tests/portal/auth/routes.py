"""The operations of the API as the application itself lists them, and those that ask nobody who they are."""

from portal.app import create_app

# Everything else under /v1/ needs credentials. A new entry is a decision, and its reason belongs here.
PUBLIC = {
    ("post", "/v1/verify"),  # verifying is for everyone and stores nothing
    ("post", "/v1/auth/sign-in"),  # credentials are what it takes; throttled
    ("post", "/v1/auth/invitations/accept"),  # the invitation's token is the credential; throttled
}

OPERATIONS = [
    (method, path)
    for path, item in create_app().openapi()["paths"].items()
    for method in item
    if path.startswith("/v1/") and (method, path) not in PUBLIC
]
