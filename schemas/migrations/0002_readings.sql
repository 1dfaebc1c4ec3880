-- What sensors measured and what devices declared, in event time, with the time of receipt beside it.

CREATE EXTENSION IF NOT EXISTS timescaledb;

-- Eight-byte columns first: no padding within a row.
CREATE TABLE readings (
    ts          timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    value       double precision NOT NULL,
    sensor_id   integer NOT NULL,
    quality     smallint NOT NULL
);
SELECT create_hypertable('readings', by_range('ts', INTERVAL '1 day'), create_default_indexes => false);
CREATE UNIQUE INDEX readings_sensor_ts ON readings (sensor_id, ts);

-- Same sensor and time, other value: the first stays in `readings`, the later ones are kept here.
CREATE TABLE reading_conflicts (
    sensor_id   integer NOT NULL,
    ts          timestamptz NOT NULL,
    value       double precision NOT NULL,
    quality     smallint NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, ts, value)
);

CREATE TABLE events (
    ts          timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    device_id   integer NOT NULL,
    sensor_id   integer,
    seq         bigint,
    event       text NOT NULL,
    state       text NOT NULL CHECK (state IN ('active', 'cleared')),
    text        text
);
SELECT create_hypertable('events', by_range('ts', INTERVAL '7 days'), create_default_indexes => false);
CREATE UNIQUE INDEX events_key ON events (device_id, ts, event, state, sensor_id) NULLS NOT DISTINCT;

CREATE TABLE device_state (
    device_id        integer PRIMARY KEY REFERENCES devices,
    last_received_at timestamptz,
    last_observed_at timestamptz,
    last_seq         bigint,
    online           boolean,
    firmware         text
);
COMMENT ON COLUMN device_state.last_seq IS 'everything up to this sequence number is stored; what the last receipt said';
COMMENT ON COLUMN device_state.online IS 'what the device''s birth or will message said; null when it never said';

-- Latest reading of each sensor, for lists and for the desk.
CREATE VIEW latest_readings AS
SELECT s.sensor_id, r.ts, r.received_at, r.value, r.quality
FROM sensors s
CROSS JOIN LATERAL (
    SELECT ts, received_at, value, quality FROM readings
    WHERE sensor_id = s.sensor_id AND ts > now() - INTERVAL '7 days'
    ORDER BY ts DESC LIMIT 1
) r;
