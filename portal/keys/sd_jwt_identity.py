"""As whom a tenant signs `dc+sd-jwt`: by URL where JWT VC Issuer Metadata can be found, else by DID."""

from sqlalchemy.orm import Session

from portal.keys import repository
from portal.keys.models import IssuerIdentity


def sd_jwt_issuer(identity: IssuerIdentity) -> str:
    """`iss` of what an identity signs as `dc+sd-jwt`, and of its Token Status Lists: the URL whose metadata has its
    keys. Metadata is for https and for the did:web's keys; without it, the DID names the issuer.
    """
    has_metadata = identity.method == "web" and identity.base_url.startswith("https://")
    return identity.base_url if has_metadata else identity.did


def sd_jwt_identity(session: Session, identity: IssuerIdentity) -> IssuerIdentity:
    """Who signs as `dc+sd-jwt` for an identity: the did:web one where its URL can name it, else the identity itself."""
    return repository.identity(session, "web") if identity.base_url.startswith("https://") else identity
