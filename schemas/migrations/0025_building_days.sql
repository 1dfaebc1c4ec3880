-- Coverage of a city over weeks is added up from buildings, not from devices: of a day those that were in service then.
CREATE TABLE building_days (
    starts_at      timestamptz NOT NULL,
    building_id    integer NOT NULL REFERENCES buildings,
    devices        integer NOT NULL,
    received       bigint NOT NULL,
    expected       bigint NOT NULL,
    silent_seconds double precision NOT NULL,
    PRIMARY KEY (starts_at, building_id)
);
COMMENT ON TABLE building_days IS 'the sums of device_days, kept with them';
INSERT INTO building_days (starts_at, building_id, devices, received, expected, silent_seconds)
SELECT c.starts_at, d.building_id, count(*), sum(c.received), sum(c.expected), sum(c.silent_seconds)
FROM device_days c JOIN devices d USING (device_id) GROUP BY 1, 2;
