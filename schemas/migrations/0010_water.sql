-- What the rules on fire-fighting water need to know: which system a device belongs to, and how high a tap lies.

ALTER TABLE devices
    ADD COLUMN system text,
    ADD COLUMN part text,
    ADD COLUMN riser text CHECK (riser ~ '^[A-Za-z0-9_-]{1,64}$');
COMMENT ON COLUMN devices.system IS 'hydrant or sprinkler: the fire-fighting water it belongs to';
COMMENT ON COLUMN devices.part IS 'what of the system it stands at, or is: riser, pump_room, fire_pump, jockey_pump, tank, valve';
COMMENT ON COLUMN devices.riser IS 'a code that the devices of one riser or pressure zone share, where a system has several';
ALTER TABLE sensors
    ADD COLUMN elevation_m double precision,
    ADD COLUMN resolution double precision CHECK (resolution > 0);
COMMENT ON COLUMN sensors.elevation_m IS 'height of the tap above the ground of the building';
COMMENT ON COLUMN sensors.resolution IS 'the smallest step it shows, in the stored unit';
