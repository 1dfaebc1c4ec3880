-- Who may look at what: accounts with their roles and buildings, keys of machines, and who is logged in.

CREATE TABLE accounts (
    account_id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL UNIQUE,
    role          text NOT NULL CHECK (role IN ('viewer', 'officer', 'supervisor', 'admin')),
    all_buildings boolean NOT NULL,
    password_hash text,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN accounts.all_buildings IS 'else only those of account_buildings';
COMMENT ON COLUMN accounts.password_hash IS 'scrypt; null for one that has keys alone';
CREATE TABLE account_buildings (
    account_id  integer NOT NULL REFERENCES accounts ON DELETE CASCADE,
    building_id integer NOT NULL REFERENCES buildings ON DELETE CASCADE,
    PRIMARY KEY (account_id, building_id)
);
CREATE TABLE api_keys (
    key_sha256 bytea PRIMARY KEY,
    account_id integer NOT NULL REFERENCES accounts ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN api_keys.key_sha256 IS 'a key is 256 random bits: nobody finds it from this';
CREATE TABLE sessions (
    session_sha256 bytea PRIMARY KEY,
    account_id     integer NOT NULL REFERENCES accounts ON DELETE CASCADE,
    began_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    ends_at        timestamptz NOT NULL
);
CREATE INDEX sessions_ends ON sessions (ends_at);

-- The same tables as people see them who are given some buildings only: `own.alerts` holds the alerts of the buildings
-- in the setting fengsui.buildings. A connection with search_path = own, public cannot see others, whatever it is asked.
-- Made anew after each migration, so that a new table or column is in it. A table that leads to no building is empty
-- there, unless it is named here as one that is no building's.
CREATE FUNCTION renew_own_views() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    told CONSTANT text := 'ANY ((SELECT string_to_array(current_setting(''fengsui.buildings''), '','')::integer[])::integer[])';
    part record;
    condition text;
BEGIN
    DROP SCHEMA IF EXISTS own CASCADE;
    CREATE SCHEMA own;
    FOR part IN
        -- What others lead to comes before them.
        SELECT c.relname AS name,
               array_agg(a.attname::text) AS columns
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        GROUP BY c.oid, c.relname
        ORDER BY array_position(ARRAY['buildings', 'zones', 'devices', 'sensors', 'alerts', 'hazards'], c.relname::text),
                 c.relname
    LOOP
        condition := CASE
            WHEN part.name IN ('areas', 'rules', 'workers', 'change_counter', 'registry_version', 'act_keys',
                               'schema_migrations') THEN 'true'
            WHEN part.name IN ('accounts', 'account_buildings', 'api_keys', 'sessions') THEN 'false'
            WHEN 'building_id' = ANY (part.columns) THEN 'building_id = ' || told
            WHEN 'alert_id' = ANY (part.columns) AND part.name <> 'alerts' THEN 'alert_id IN (SELECT alert_id FROM own.alerts)'
            WHEN 'hazard_id' = ANY (part.columns) AND part.name <> 'hazards' THEN 'hazard_id IN (SELECT hazard_id FROM own.hazards)'
            WHEN 'sensor_id' = ANY (part.columns) AND part.name <> 'sensors' THEN 'sensor_id IN (SELECT sensor_id FROM own.sensors)'
            WHEN 'device_id' = ANY (part.columns) THEN 'device_id IN (SELECT device_id FROM own.devices)'
            WHEN 'zone_id' = ANY (part.columns) THEN 'zone_id IN (SELECT zone_id FROM own.zones)'
            ELSE 'false' END;
        EXECUTE format('CREATE VIEW own.%I AS SELECT * FROM public.%I WHERE %s', part.name, part.name, condition)
            || CASE WHEN condition IN ('true', 'false') THEN '' ELSE ' WITH LOCAL CHECK OPTION' END;
    END LOOP;
END $$;
