-- What the rules need to know of a place, what they say beside a colour, and where they left off.

ALTER TABLE zones ADD COLUMN adjoins text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN zones.adjoins IS 'codes of the zones of the building that this one is open to; in a building where no zone names any, neighbours follow from the floors';
ALTER TABLE devices ADD COLUMN gateway_id integer REFERENCES devices CHECK (gateway_id <> device_id);
COMMENT ON COLUMN devices.gateway_id IS 'the device of the same building that this one is heard through; while it is silent, this one is unknown';
ALTER TABLE sensors ADD COLUMN heat_class text;
COMMENT ON COLUMN sensors.heat_class IS 'class of a point heat detector by GB 4716: A1, A2R, BS, …';

-- The numbers of each rule: name, default, unit, bounds, and the standard a limit is written in.
ALTER TABLE rules ADD COLUMN parameters jsonb NOT NULL DEFAULT '[]';

-- A declared test, drill or maintenance: alarms of the place are expected for a while. They are stored and shown all
-- the same, as of class test. Every window ends by itself, and nothing of it is ever rewritten but that it ended early.
ALTER TABLE zones ADD UNIQUE (building_id, zone_id);
ALTER TABLE devices ADD UNIQUE (building_id, device_id);
CREATE TABLE maintenance_windows (
    scope_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('test', 'drill', 'maintenance')),
    building_id integer NOT NULL REFERENCES buildings,
    zone_id     integer,
    device_id   integer,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    reason      text NOT NULL,
    declared_by text NOT NULL,
    declared_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at    timestamptz,
    ended_by    text,
    FOREIGN KEY (building_id, zone_id) REFERENCES zones (building_id, zone_id),
    FOREIGN KEY (building_id, device_id) REFERENCES devices (building_id, device_id),
    CHECK (zone_id IS NULL OR device_id IS NULL),
    CHECK (ends_at > starts_at),
    CHECK (ends_at - starts_at <= CASE kind WHEN 'maintenance' THEN INTERVAL '30 days' ELSE INTERVAL '24 hours' END),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
COMMENT ON COLUMN maintenance_windows.zone_id IS 'with device_id null too, the window is the whole building''s';
COMMENT ON COLUMN maintenance_windows.ended_at IS 'when somebody ended it before its time';
CREATE INDEX maintenance_windows_ends ON maintenance_windows (ends_at);

CREATE FUNCTION refuse_rewriting_windows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL THEN
        -- Whatever else an update says is compared away: only the end may differ.
        OLD.ended_at := NEW.ended_at;
        OLD.ended_by := NEW.ended_by;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'maintenance_windows is append-only, but for ending one early, once';
END $$;
CREATE TRIGGER maintenance_windows_append_only BEFORE UPDATE OR DELETE ON maintenance_windows
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_windows();

-- Workers read windows with the registry, so they hear of one as of a new device: within a second.
CREATE FUNCTION move_registry_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registry_version SET version = version + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER maintenance_windows_move_registry AFTER INSERT OR UPDATE ON maintenance_windows
    FOR EACH STATEMENT EXECUTE FUNCTION move_registry_version();

-- With every alert, and with every entry of its history: by which parameters, for which reasons, within which window.
ALTER TABLE alerts
    ADD COLUMN parameters_version text NOT NULL DEFAULT '',
    ADD COLUMN parts jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN scope_id bigint REFERENCES maintenance_windows;
COMMENT ON COLUMN alerts.parts IS 'reasons, the weightiest first: text_zh, text_en, points (null where reasons are not weighed)';
COMMENT ON COLUMN alerts.scope_id IS 'declared window the alert stands in; null again once it has broken through';
ALTER TABLE alert_events
    ADD COLUMN parameters_version text NOT NULL DEFAULT '',
    ADD COLUMN parts jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN scope_id bigint;

-- Where the rules stood in a building: a restart goes on from here with the readings received since.
CREATE TABLE rule_snapshots (
    building_id   integer PRIMARY KEY REFERENCES buildings,
    received_upto timestamptz NOT NULL,
    state         bytea NOT NULL,
    taken_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN rule_snapshots.received_upto IS 'every reading received up to here is in the state';
COMMENT ON COLUMN rule_snapshots.state IS 'says itself by which version of the rules it was made; one of another version is of no use';
