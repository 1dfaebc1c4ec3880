-- What rules over hours, days and weeks look at, how far they have come, and what they foretell.

-- Rows lie in the order of their arrival, so that this small index finds an hour's pages among a day's. Ranges are
-- summarised when an hour is read: until then a new row costs nothing here.
CREATE INDEX readings_ts ON readings USING brin (ts) WITH (pages_per_range = 64);

-- One row for each sensor and hour in which anything came; the figures are of good readings, null where none was.
CREATE TABLE reading_hours (
    starts_at timestamptz NOT NULL,
    sensor_id integer NOT NULL,
    received  integer NOT NULL,
    good      integer NOT NULL,
    least     real,
    mean      real,
    most      real
);
SELECT create_hypertable('reading_hours', by_range('starts_at', INTERVAL '1 day'), create_default_indexes => false);
CREATE UNIQUE INDEX reading_hours_key ON reading_hours (sensor_id, starts_at);
COMMENT ON COLUMN reading_hours.received IS 'readings of any quality';
COMMENT ON COLUMN reading_hours.mean IS 'four bytes: no sensor has seven digits';

-- The same for days, which begin at midnight in China.
CREATE TABLE reading_days (
    starts_at timestamptz NOT NULL,
    sensor_id integer NOT NULL,
    received  integer NOT NULL,
    good      integer NOT NULL,
    least     real,
    mean      real,
    most      real,
    quiet     real
);
SELECT create_hypertable('reading_days', by_range('starts_at', INTERVAL '30 days'), create_default_indexes => false);
CREATE UNIQUE INDEX reading_days_key ON reading_days (sensor_id, starts_at);
COMMENT ON COLUMN reading_days.quiet IS 'least of the hourly means: what is shown when nothing happens';

-- Sensors whose hour was complete when more came for it; whoever fills the hours does these again. Without a key, so
-- that nobody who stores readings waits for whoever takes them from here.
CREATE TABLE late_readings (
    late_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sensor_id integer NOT NULL,
    starts_at timestamptz NOT NULL
);

-- How far each kind of slow work has come; moved on in the transaction that does the work.
CREATE TABLE slow_progress (
    step      text PRIMARY KEY,
    done_upto timestamptz NOT NULL,
    done_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A forecast is never without its interval.
ALTER TABLE alerts
    ADD COLUMN forecast_at       timestamptz,
    ADD COLUMN forecast_earliest timestamptz,
    ADD COLUMN forecast_latest   timestamptz,
    ADD CHECK ((forecast_at IS NULL) = (forecast_earliest IS NULL) AND (forecast_at IS NULL) = (forecast_latest IS NULL)),
    ADD CHECK (forecast_earliest <= forecast_at AND forecast_at <= forecast_latest);
COMMENT ON COLUMN alerts.forecast_at IS 'when the limit will likeliest be passed';
COMMENT ON COLUMN alerts.forecast_earliest IS 'with forecast_latest, the 80 % interval';

-- How complete each device's reports of a day were; what came beyond what was expected makes up for nothing.
CREATE TABLE device_days (
    starts_at      timestamptz NOT NULL,
    device_id      integer NOT NULL,
    received       bigint NOT NULL,
    expected       bigint NOT NULL,
    silent_seconds real NOT NULL
);
SELECT create_hypertable('device_days', by_range('starts_at', INTERVAL '30 days'), create_default_indexes => false);
CREATE UNIQUE INDEX device_days_key ON device_days (device_id, starts_at);
COMMENT ON COLUMN device_days.received IS 'of each channel at most what its interval lets expect';
COMMENT ON COLUMN device_days.silent_seconds IS 'while it, or the gateway it is heard through, was known to be silent';

CREATE VIEW device_hours AS
SELECT h.starts_at, s.device_id, sum(LEAST(h.received, round(3600 / s.interval_seconds)))::bigint AS received,
       sum(round(3600 / s.interval_seconds))::bigint AS expected
FROM reading_hours h JOIN sensors s USING (sensor_id) GROUP BY 1, 2;
COMMENT ON VIEW device_hours IS 'only hours in which anything came, and only the channels that sent it';

-- What people ruled to be false, by the day in China on which it was raised.
CREATE VIEW false_alarm_days AS
SELECT (raised_at AT TIME ZONE 'Asia/Shanghai')::date AS day, building_id, device_id, rule, count(*) AS false_alarms
FROM alerts WHERE verdict = 'false_alarm' GROUP BY 1, 2, 3, 4;
CREATE INDEX alerts_false ON alerts (raised_at) WHERE verdict = 'false_alarm';
