#!/usr/bin/env bash
# Runs once in the postgres container: the node's roles, none of which may bypass row-level security.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --username postgres --dbname postgres \
    --set=owner="$OWNER_PASSWORD" --set=app="$APP_PASSWORD" --set=platform="$PLATFORM_PASSWORD" <<'SQL'
CREATE ROLE dcp_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE dcp_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app';
CREATE ROLE dcp_platform LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'platform';
CREATE DATABASE dcp OWNER dcp_owner;
REVOKE ALL ON DATABASE dcp FROM PUBLIC;
GRANT CONNECT ON DATABASE dcp TO dcp_app, dcp_platform;
SQL
