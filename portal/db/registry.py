"""All tables in one place, for Alembic and for tests of the schema."""

from portal.anchors import models as anchors
from portal.audit import models as audit
from portal.auth import models as auth
from portal.awards import models as awards
from portal.db.base import Base
from portal.idempotency import models as idempotency
from portal.issuance import models as issuance
from portal.keys import models as keys
from portal.people import models as people
from portal.status_lists import models as status_lists
from portal.templates import models as templates
from portal.tenants import models as tenants
from portal.vc_api import models as vc_api
from portal.webhooks import models as webhooks

MODULES = (
    anchors,
    audit,
    auth,
    awards,
    idempotency,
    issuance,
    keys,
    people,
    status_lists,
    templates,
    tenants,
    vc_api,
    webhooks,
)
metadata = Base.metadata
