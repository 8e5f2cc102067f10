"""Key files that others could read, or that hold something else, stop the node."""

import pytest

from config.settings import Settings
from portal.keys.custody import KeyFileUnsafe, MasterKeyMissing, chain_key, make_chain_key, master_key

KEY = "ab" * 32


@pytest.fixture
def settings(monkeypatch, tmp_path):
    monkeypatch.setenv("DCP_DATA_DIR", str(tmp_path))

    def make(**values):
        return Settings(**values)

    return make


@pytest.fixture
def key_file(tmp_path):
    def write(text, mode=0o600):
        path = tmp_path / "master.key"
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


def test_the_key_comes_from_the_file_or_the_environment(settings, key_file):
    assert master_key(settings(master_key_file=key_file(KEY + "\n"))) == bytes.fromhex(KEY)
    assert master_key(settings(master_key=KEY)) == bytes.fromhex(KEY)


def test_without_a_key_there_is_no_default(settings):
    with pytest.raises(MasterKeyMissing, match="DCP_MASTER_KEY_FILE"):
        master_key(settings())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o644])
def test_a_file_that_others_can_read_is_refused(settings, key_file, mode):
    with pytest.raises(KeyFileUnsafe, match="chmod 600"):
        master_key(settings(master_key_file=key_file(KEY, mode)))


@pytest.mark.parametrize("text", ["", KEY[:-1], KEY[:-2], KEY + "00", "zz" * 32])
def test_a_file_that_holds_no_32_bytes_is_refused_without_printing_it(settings, key_file, text):
    with pytest.raises(MasterKeyMissing, match="64 digits") as refused:
        master_key(settings(master_key_file=key_file(text)))
    assert text == "" or text not in str(refused.value)


def test_a_file_that_is_gone_is_named(settings, tmp_path):
    with pytest.raises(MasterKeyMissing, match="does not exist; restore it"):
        master_key(settings(master_key_file=tmp_path / "gone.key"))


def test_the_local_chains_account_is_made_once_for_its_owner_only(settings, tmp_path):
    assert chain_key(settings()) is None

    made = make_chain_key(tmp_path / "chain-account.key")

    assert make_chain_key(tmp_path / "chain-account.key") == made == chain_key(settings())
    assert (tmp_path / "chain-account.key").stat().st_mode & 0o777 == 0o600
