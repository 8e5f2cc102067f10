"""dcp bake, dcp unbake: files in, files out, exit codes, sentences."""

import json
import sys

import pytest

from portal.cli import main
from tests.vc.pictures import SVG, png
from tests.vc.test_baking import DOCUMENT, JWS


@pytest.fixture
def dcp(tmp_path, monkeypatch, capsysbinary):
    """Run a command in an empty folder; gives its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["dcp", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsysbinary.readouterr()
        return end.value.code or 0, said.out.decode(), said.err.decode()

    return run


@pytest.mark.parametrize(("image", "kind"), [(png(), "png"), (SVG, "svg")], ids=["png", "svg"])
@pytest.mark.parametrize(("credential", "form"), [(DOCUMENT, "ldp_vc"), (JWS, "ob-jwt")], ids=["document", "jws"])
def test_a_badge_goes_in_and_comes_out(dcp, tmp_path, image, kind, credential, form):
    (tmp_path / "image").write_bytes(image)
    (tmp_path / "credential").write_bytes(credential + b"\n")

    code, out, _ = dcp("bake", "image", "credential", "-o", "baked", "--json")
    assert code == 0
    assert json.loads(out) | {"bytes": 0} == {"image": "baked", "kind": kind, "form": form, "bytes": 0}
    assert dcp("unbake", "baked") == (0, credential.decode() + "\n", "")
    assert dcp("unbake", "baked", "-o", "again")[0] == 0
    assert (tmp_path / "again").read_bytes() == credential
    code, out, _ = dcp("unbake", "baked", "--json")
    assert json.loads(out) == {"kind": kind, "form": form, "credential": credential.decode()}


def test_what_cannot_be_done_is_a_sentence_and_exit_code_1(dcp, tmp_path):
    (tmp_path / "image").write_bytes(png())
    (tmp_path / "credential").write_bytes(JWS)

    assert dcp("unbake", "image") == (1, "", "dcp: the picture carries no Open Badges 3.0 credential\n")
    code, out, _ = dcp("unbake", "image", "--json")
    assert (code, json.loads(out)["error"], json.loads(out)["errors"][0]["code"]) == (
        1,
        "cannot-bake",
        "image-without-badge",
    )
    assert dcp("bake", "image", "image", "-o", "out")[0] == 1
    assert dcp("bake", "away", "credential", "-o", "out") == (
        1,
        "",
        "dcp: cannot read away: No such file or directory\n",
    )
    assert not (tmp_path / "out").exists()
    assert dcp("bake", "image", "credential", "-o", "no/where") == (
        1,
        "",
        "dcp: cannot write no/where: No such file or directory\n",
    )


def test_a_second_badge_needs_a_word(dcp, tmp_path):
    (tmp_path / "image").write_bytes(png())
    (tmp_path / "credential").write_bytes(JWS)
    dcp("bake", "image", "credential", "-o", "baked")

    assert dcp("bake", "baked", "credential", "-o", "baked")[2] == "dcp: the picture already carries a credential\n"
    assert dcp("bake", "baked", "credential", "-o", "baked", "--replace")[0] == 0
