import hashlib
import json
from importlib.resources import files

import pytest

from tests.vc.documents import V2
from vc import loader
from vc.errors import UnknownContext

FOLDER = files("vc").joinpath("contexts")
MANIFEST = json.loads(FOLDER.joinpath("manifest.json").read_text())

# Fixed by the standards: VCDM 2.0 appendix B.1, Data Integrity 1.0 section 2.4.1.
NORMATIVE = {
    V2: "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    "https://w3id.org/security/data-integrity/v2": "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
}


@pytest.mark.parametrize("row", MANIFEST, ids=lambda row: row["url"])
def test_each_context_is_the_pinned_one(row):
    data = FOLDER.joinpath(row["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == row["sha256"]
    assert "@context" in loader.load_context(row["url"])
    assert row["source"]
    assert row["licence"]


def test_the_manifest_names_every_file_and_no_other():
    present = {entry.name for entry in FOLDER.iterdir()} - {"manifest.json", "README.md"}
    assert present == {row["file"] for row in MANIFEST}
    assert len({row["url"] for row in MANIFEST}) == len(MANIFEST)


@pytest.mark.parametrize(("url", "digest"), NORMATIVE.items())
def test_contexts_with_a_normative_digest_have_it(url, digest):
    assert loader.context_sha256(url).hex() == digest


@pytest.mark.parametrize("url", [V2 + "/", V2.replace("https", "http"), "file:///etc/passwd", "", "credentials/v2"])
def test_any_other_url_is_unknown(url):
    with pytest.raises(UnknownContext) as caught:
        loader.load_context(url)
    assert caught.value.url == url


def test_a_changed_file_stops_the_process(monkeypatch):
    row = loader._row(V2)
    changed = loader.BundledContext(V2, "did-v1.jsonld", row.sha256, row.source, row.licence, row.exact)
    monkeypatch.setattr(loader, "_manifest", lambda: {V2: changed})
    with pytest.raises(RuntimeError, match="pinned digest"):
        loader.context_bytes(V2)


def test_the_loader_speaks_the_shape_that_processors_expect():
    answer = loader.context_document_loader(V2, {})
    assert answer["documentUrl"] == V2
    assert answer["document"] is loader.load_context(V2)
