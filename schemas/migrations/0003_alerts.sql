-- Alerts are episodes. Condition, acknowledgement and verdict are three separate axes; the history is append-only.

-- The catalogue of rules in force, written by the worker at start, so that the API can explain an alert.
CREATE TABLE rules (
    rule         text PRIMARY KEY,
    signal_class text NOT NULL,
    severity     smallint NOT NULL,
    latching     boolean NOT NULL,
    title_zh     text NOT NULL,
    title_en     text NOT NULL,
    advice_zh    text NOT NULL,
    advice_en    text NOT NULL,
    source       text NOT NULL
);

CREATE TABLE alerts (
    alert_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule             text NOT NULL REFERENCES rules,
    subject_kind     text NOT NULL CHECK (subject_kind IN ('sensor', 'device', 'zone', 'building')),
    subject_id       integer NOT NULL,
    building_id      integer NOT NULL REFERENCES buildings,
    zone_id          integer REFERENCES zones,
    device_id        integer REFERENCES devices,
    sensor_id        integer REFERENCES sensors,
    signal_class     text NOT NULL,
    severity         smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    severity_peak    smallint NOT NULL CHECK (severity_peak BETWEEN 1 AND 4),
    latching         boolean NOT NULL,
    late             boolean NOT NULL DEFAULT false,
    value            double precision,
    limit_value      double precision,
    unit             text,
    condition        text NOT NULL DEFAULT 'active' CHECK (condition IN ('active', 'cleared')),
    raised_at        timestamptz NOT NULL,
    recorded_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    cleared_at       timestamptz,
    acknowledged_at  timestamptz,
    acknowledged_by  text,
    verdict          text CHECK (verdict IN ('real_fire', 'false_alarm', 'test', 'drill', 'fault')),
    verdict_at       timestamptz,
    verdict_by       text,
    closed_at        timestamptz,
    change_id        bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN alerts.raised_at IS 'event time of the reading that completed the condition';
COMMENT ON COLUMN alerts.recorded_at IS 'when the database learnt of it';
COMMENT ON COLUMN alerts.change_id IS 'the last change of this alert; its version';
CREATE UNIQUE INDEX alerts_one_open_episode ON alerts (rule, subject_kind, subject_id) WHERE closed_at IS NULL;
CREATE INDEX alerts_change ON alerts (change_id);
CREATE INDEX alerts_building ON alerts (building_id, alert_id);
CREATE INDEX alerts_open ON alerts (alert_id) WHERE closed_at IS NULL;

CREATE TABLE alert_events (
    change_id   bigint PRIMARY KEY,
    alert_id    bigint NOT NULL REFERENCES alerts,
    action      text NOT NULL,
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor       text NOT NULL,
    condition   text NOT NULL,
    severity    smallint NOT NULL,
    value       double precision,
    note        text
);
COMMENT ON COLUMN alert_events.at IS 'event time of what a rule saw; wall time of what a person did';
CREATE INDEX alert_events_alert ON alert_events (alert_id, change_id);

-- One row is the counter. Updating it holds its lock until the end of the transaction, so the order of
-- change ids is the order of commits and a rolled-back transaction leaves no gap: whoever has read change N
-- has seen every change up to N.
CREATE TABLE change_counter (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_id  bigint NOT NULL
);
INSERT INTO change_counter (last_id) VALUES (0);

CREATE FUNCTION number_alert_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE change_counter SET last_id = last_id + 1 RETURNING last_id INTO NEW.change_id;
    UPDATE alerts SET change_id = NEW.change_id WHERE alert_id = NEW.alert_id;
    PERFORM pg_notify('fengsui_alert_changes', '');
    RETURN NEW;
END $$;
CREATE TRIGGER alert_events_number BEFORE INSERT ON alert_events
    FOR EACH ROW EXECUTE FUNCTION number_alert_event();

CREATE FUNCTION refuse_rewriting_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'alert_events is append-only';
END $$;
CREATE TRIGGER alert_events_append_only BEFORE UPDATE OR DELETE ON alert_events
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_history();
