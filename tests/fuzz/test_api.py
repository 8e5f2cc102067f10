"""schemathesis asks every operation of the API what its description allows, and what it forbids.

The judge is the description that the node serves: an answer it does not name, a body of another shape, or a server
error is a fault. `make fuzz` asks much; FUZZ_EXAMPLES bounds it, per operation.
"""

import os
import warnings

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from portal.app import create_app
from portal.auth.service import make_api_key
from tests.factories import issue, make_tenant

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own deprecations
    import schemathesis
    from schemathesis.specs.openapi.checks import positive_data_acceptance

# Rules that a JSON Schema cannot say (a template, a spreadsheet, a credential) are 400 or 422 for what fits the schema,
# so `positive_data_acceptance` is left out; all other checks count.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "50"))
APP = create_app()
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP)
OPERATIONS = {each.ok().label: each.ok() for each in SCHEMA.get_all_operations()}

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(900)]


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_the_description_names(label, node):
    issue(node, make_tenant(node), 2)
    make_tenant(node, "borg")
    key = make_api_key(node, "fuzz", now=node.now())

    @given(case=OPERATIONS[label].as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )  # fmt: skip
    def ask(case):
        case.call_and_validate(headers={"X-API-Key": key}, excluded_checks=[positive_data_acceptance])

    ask()
