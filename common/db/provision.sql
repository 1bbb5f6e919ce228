-- Makes the roles and the database of one service; may be run again. A superuser runs it with
--
--   psql -v service=membership -f provision.sql
--
-- heimo_owner owns the schema and is used by migrations only. heimo_SERVICE is what the service signs in as: it reads
-- and writes rows of its own database, makes nothing and reaches no other database.
\set ON_ERROR_STOP on
\set role heimo_ :service

SET client_min_messages = warning;
SELECT format ('CREATE ROLE %I LOGIN', name)
FROM unnest (ARRAY ['heimo_owner', :'role']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
SELECT format ('CREATE DATABASE %I OWNER heimo_owner', :'role')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role')
\gexec
REVOKE ALL ON DATABASE :"role" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"role" TO :"role";

\connect :"role"
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE heimo_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE heimo_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"role";
