-- Hidden dangers (隐患) from their finding to the proof that they are mended, and what a building's risk is made of.

CREATE TABLE hazards (
    hazard_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL,
    rule         text REFERENCES rules,
    alert_id     bigint REFERENCES alerts,
    subject_kind text NOT NULL CHECK (subject_kind IN ('sensor', 'device', 'zone', 'building')),
    subject_id   integer NOT NULL,
    building_id  integer NOT NULL REFERENCES buildings,
    zone_id      integer REFERENCES zones,
    device_id    integer REFERENCES devices,
    sensor_id    integer REFERENCES sensors,
    found_at     timestamptz NOT NULL,
    found_by     text NOT NULL,
    note         text,
    owner        text NOT NULL,
    due_at       timestamptz NOT NULL,
    state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'claimed', 'mended', 'dismissed')),
    claimed_at   timestamptz,
    claimed_by   text,
    closed_at    timestamptz,
    proof        jsonb,
    reopened     integer NOT NULL DEFAULT 0,
    CHECK ((closed_at IS NOT NULL) = (state IN ('mended', 'dismissed'))),
    CHECK ((rule IS NULL) = (alert_id IS NULL))
);
COMMENT ON COLUMN hazards.rule IS 'the rule that found it; null when an officer did';
COMMENT ON COLUMN hazards.alert_id IS 'the newest alert that speaks for it';
COMMENT ON COLUMN hazards.proof IS 'what the readings showed since; null where nothing measures it and a word must do';
CREATE UNIQUE INDEX hazards_one_open ON hazards (kind, subject_kind, subject_id) WHERE closed_at IS NULL AND rule IS NOT NULL;
CREATE INDEX hazards_open ON hazards (building_id) WHERE closed_at IS NULL;
CREATE INDEX hazards_subject ON hazards (kind, subject_kind, subject_id);

CREATE TABLE hazard_events (
    event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hazard_id   bigint NOT NULL REFERENCES hazards,
    action      text NOT NULL,
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor       text NOT NULL,
    note        text,
    proof       jsonb
);
CREATE INDEX hazard_events_hazard ON hazard_events (hazard_id, event_id);
CREATE FUNCTION refuse_rewriting_hazards() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'hazard_events is append-only';
END $$;
CREATE TRIGGER hazard_events_append_only BEFORE UPDATE OR DELETE ON hazard_events
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_hazards();

-- What was active at an hour.
CREATE INDEX alerts_cleared ON alerts (cleared_at);

-- A building's risk at each hour, with what it is made of and what would lower it most.
CREATE TABLE building_risk (
    at          timestamptz NOT NULL,
    building_id integer NOT NULL,
    score       real NOT NULL CHECK (score BETWEEN 0 AND 100),
    colour      smallint NOT NULL CHECK (colour BETWEEN 1 AND 4),
    parts       jsonb NOT NULL,
    figures     jsonb NOT NULL,
    changes     jsonb NOT NULL
);
SELECT create_hypertable('building_risk', by_range('at', INTERVAL '7 days'), create_default_indexes => false);
CREATE UNIQUE INDEX building_risk_key ON building_risk (building_id, at);
COMMENT ON COLUMN building_risk.parts IS 'points by part; they add up to the score';
COMMENT ON COLUMN building_risk.figures IS 'what the parts were made of';
COMMENT ON COLUMN building_risk.changes IS 'the three changes that would lower it most: change and points';

CREATE TABLE area_risk (
    at        timestamptz NOT NULL,
    area_id   integer NOT NULL,
    score     real NOT NULL CHECK (score BETWEEN 0 AND 100),
    colour    smallint NOT NULL CHECK (colour BETWEEN 1 AND 4),
    buildings integer NOT NULL,
    worst     integer NOT NULL
);
SELECT create_hypertable('area_risk', by_range('at', INTERVAL '30 days'), create_default_indexes => false);
CREATE UNIQUE INDEX area_risk_key ON area_risk (area_id, at);
COMMENT ON COLUMN area_risk.buildings IS 'how many there are, in areas below it too';
COMMENT ON COLUMN area_risk.worst IS 'the building with the highest score';
