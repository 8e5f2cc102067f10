"""The migrations make what the models say."""

from threading import Thread

from sqlalchemy import text

from portal.db import migrate


def test_the_migrated_database_equals_the_models(database):
    assert migrate.differences(database.urls.owner) == []
    assert migrate.current(database.urls.owner) == migrate.newest()


def test_upgrading_again_changes_nothing(database):
    assert migrate.upgrade(database.urls.owner) == migrate.newest()


def test_a_column_that_no_model_knows_is_a_difference(database):
    owner = database.engine(database.urls.owner)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE tenants ADD COLUMN surprise integer"))
    try:
        assert "surprise" in str(migrate.differences(database.urls.owner))
    finally:
        with owner.begin() as connection:
            connection.execute(text("ALTER TABLE tenants DROP COLUMN surprise"))


def test_two_nodes_that_start_on_an_empty_database_migrate_it_once(database):
    admin = database.engine(database.superuser).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE fresh OWNER dcp_owner"))
    url = database.urls.owner.replace("@/dcp?", "@/fresh?")
    revisions: list[str] = []
    try:
        threads = [Thread(target=lambda: revisions.append(migrate.upgrade(url))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert revisions == [migrate.newest()] * 2
        assert migrate.differences(url) == []
    finally:
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE fresh WITH (FORCE)"))
