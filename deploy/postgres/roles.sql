-- The roles of Pavilion in Postgres, for psql as a superuser connected to Pavilion's database. Postgres's image runs it once, on an empty volume.
--
-- pavilion_owner owns the schema: only `pavilion migrate up` signs in with it. pavilion_app, the role of the running processes, reads and writes rows
-- and changes no table. The passwords are files in the folder that the variable SECRETS names, /run/secrets by default.
\set ON_ERROR_STOP on
\set owner_password `cat "${SECRETS:-/run/secrets}/postgres_owner_password"`
\set app_password `cat "${SECRETS:-/run/secrets}/postgres_app_password"`

-- Roles belong to the server, the rest to this database: a second database on it, for a restored backup, gets the same roles.
SELECT format('CREATE ROLE pavilion_owner LOGIN PASSWORD %L', :'owner_password') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pavilion_owner') \gexec
SELECT format('CREATE ROLE pavilion_app LOGIN PASSWORD %L', :'app_password') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pavilion_app') \gexec

SELECT format('ALTER DATABASE %I OWNER TO pavilion_owner', current_database()) \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO pavilion_app', current_database()) \gexec
ALTER SCHEMA public OWNER TO pavilion_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO pavilion_app;

ALTER DEFAULT PRIVILEGES FOR ROLE pavilion_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO pavilion_app;
ALTER DEFAULT PRIVILEGES FOR ROLE pavilion_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO pavilion_app;
-- The job queue rebuilds its indexes each night, which takes this privilege. Postgres before 17 has no such one: there the log says so once a night.
SELECT current_setting('server_version_num')::int >= 170000 AS knows_maintain \gset
\if :knows_maintain
ALTER DEFAULT PRIVILEGES FOR ROLE pavilion_owner IN SCHEMA public GRANT MAINTAIN ON TABLES TO pavilion_app;
\endif
