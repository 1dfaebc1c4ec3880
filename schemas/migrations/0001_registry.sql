-- The registry: what is where. Areas nest down to the grid (网格); a building holds zones and devices,
-- a device its channels, each of which is one sensor.

CREATE TABLE areas (
    area_id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code      text NOT NULL UNIQUE CHECK (code ~ '^[A-Za-z0-9_-]{1,64}$'),
    name      text NOT NULL,
    level     text NOT NULL,
    parent_id integer REFERENCES areas
);

CREATE TABLE buildings (
    building_id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code           text NOT NULL UNIQUE CHECK (code ~ '^[A-Za-z0-9_-]{1,64}$'),
    name           text NOT NULL,
    area_id        integer NOT NULL REFERENCES areas,
    building_class text NOT NULL,
    building_use   text NOT NULL,
    height_m       double precision NOT NULL CHECK (height_m > 0),
    floors         integer NOT NULL CHECK (floors > 0),
    high_risk      boolean NOT NULL DEFAULT false,
    must_connect   boolean NOT NULL DEFAULT true
);
COMMENT ON COLUMN buildings.building_class IS 'GB 50016-2014 (2018), table 5.1.1';
COMMENT ON COLUMN buildings.must_connect IS 'the city plan demands that this building be connected and running';

CREATE TABLE zones (
    zone_id     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    building_id integer NOT NULL REFERENCES buildings,
    code        text NOT NULL CHECK (code ~ '^[A-Za-z0-9_-]{1,64}$'),
    name        text NOT NULL,
    floor       integer NOT NULL,
    zone_use    text NOT NULL,
    UNIQUE (building_id, code)
);

CREATE TABLE devices (
    device_id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    building_id integer NOT NULL REFERENCES buildings,
    zone_id     integer REFERENCES zones,
    code        text NOT NULL CHECK (code ~ '^[A-Za-z0-9_-]{1,64}$'),
    name        text NOT NULL,
    model       text,
    power       text NOT NULL DEFAULT 'mains',
    retired     boolean NOT NULL DEFAULT false,
    UNIQUE (building_id, code)
);

CREATE TABLE sensors (
    sensor_id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id        integer NOT NULL REFERENCES devices,
    channel          text NOT NULL CHECK (channel ~ '^[A-Za-z0-9_-]{1,64}$'),
    quantity         text NOT NULL,
    unit             text NOT NULL,
    range_low        double precision,
    range_high       double precision,
    interval_seconds double precision NOT NULL CHECK (interval_seconds > 0),
    UNIQUE (device_id, channel),
    CHECK (range_low < range_high)
);
COMMENT ON COLUMN sensors.unit IS 'the unit the device sends when a sample names none; stored values are in the unit of the quantity';
COMMENT ON COLUMN sensors.range_low IS 'in the stored unit; a value outside is stored with quality out_of_range';

-- Workers watch this number and read the registry again when it moves.
CREATE TABLE registry_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version  bigint NOT NULL
);
INSERT INTO registry_version (version) VALUES (1);
