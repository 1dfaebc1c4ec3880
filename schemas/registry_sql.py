"""The statements of import and export, by kind of record, in the order in which records refer to each other."""

from __future__ import annotations

from typing import LiteralString

CREATE_STAGED: dict[str, LiteralString] = {
    "area": "CREATE TEMPORARY TABLE staged_area (code text, parent text, name text, level text) ON COMMIT DROP",
    "building": """
        CREATE TEMPORARY TABLE staged_building (code text, parent text, name text, building_class text,
            building_use text, height_m float8, floors integer, high_risk boolean, must_connect boolean)
        ON COMMIT DROP""",
    "zone": """
        CREATE TEMPORARY TABLE staged_zone (code text, parent text, name text, floor integer, zone_use text,
            adjoins text[]) ON COMMIT DROP""",
    "device": """
        CREATE TEMPORARY TABLE staged_device (code text, parent text, name text, zone text, model text,
            power text, retired boolean, gateway text, system text, part text, riser text) ON COMMIT DROP""",
    "sensor": """
        CREATE TEMPORARY TABLE staged_sensor (code text, building text, device text, quantity text, unit text,
            range_low float8, range_high float8, interval_seconds float8, heat_class text,
            circuit text, phase text, insulation text, rated_current_a float8, elevation_m float8,
            resolution float8) ON COMMIT DROP""",
}

COPY_STAGED: dict[str, LiteralString] = {
    "area": "COPY staged_area FROM STDIN",
    "building": "COPY staged_building FROM STDIN",
    "zone": "COPY staged_zone FROM STDIN",
    "device": "COPY staged_device FROM STDIN",
    "sensor": "COPY staged_sensor FROM STDIN",
}

ANALYZE_STAGED: dict[str, LiteralString] = {
    "area": "ANALYZE staged_area",
    "building": "ANALYZE staged_building",
    "zone": "ANALYZE staged_zone",
    "device": "ANALYZE staged_device",
    "sensor": "ANALYZE staged_sensor",
}

# Update what is there and differs, then insert what is not, in the order of the file: an insert that conflicts
# would use up an identity number, and the numbers of sensors should stay dense.
UPDATE: dict[str, LiteralString] = {
    "area": """
        UPDATE areas a SET name = s.name, level = s.level, parent_id = p.area_id
        FROM staged_area s LEFT JOIN areas p ON p.code = s.parent
        WHERE a.code = s.code AND (a.name, a.level, a.parent_id) IS DISTINCT FROM (s.name, s.level, p.area_id)""",
    "building": """
        UPDATE buildings b SET name = s.name, area_id = a.area_id, building_class = s.building_class,
            building_use = s.building_use, height_m = s.height_m, floors = s.floors,
            high_risk = s.high_risk, must_connect = s.must_connect
        FROM staged_building s JOIN areas a ON a.code = s.parent
        WHERE b.code = s.code
          AND (b.name, b.area_id, b.building_class, b.building_use, b.height_m, b.floors, b.high_risk,
               b.must_connect)
              IS DISTINCT FROM (s.name, a.area_id, s.building_class, s.building_use, s.height_m, s.floors,
                                s.high_risk, s.must_connect)""",
    "zone": """
        UPDATE zones z SET name = s.name, floor = s.floor, zone_use = s.zone_use, adjoins = s.adjoins
        FROM staged_zone s JOIN buildings b ON b.code = s.parent
        WHERE z.building_id = b.building_id AND z.code = s.code
          AND (z.name, z.floor, z.zone_use, z.adjoins) IS DISTINCT FROM (s.name, s.floor, s.zone_use, s.adjoins)""",
    "device": """
        UPDATE devices d SET name = s.name, zone_id = z.zone_id, model = s.model, power = s.power,
            retired = s.retired, gateway_id = g.device_id, system = s.system, part = s.part, riser = s.riser
        FROM staged_device s JOIN buildings b ON b.code = s.parent
        LEFT JOIN zones z ON z.building_id = b.building_id AND z.code = s.zone
        LEFT JOIN devices g ON g.building_id = b.building_id AND g.code = s.gateway
        WHERE d.building_id = b.building_id AND d.code = s.code
          AND (d.name, d.zone_id, d.model, d.power, d.retired, d.gateway_id, d.system, d.part, d.riser)
              IS DISTINCT FROM (s.name, z.zone_id, s.model, s.power, s.retired, g.device_id, s.system, s.part,
                                s.riser)""",
    "sensor": """
        UPDATE sensors x SET quantity = s.quantity, unit = s.unit, range_low = s.range_low,
            range_high = s.range_high, interval_seconds = s.interval_seconds, heat_class = s.heat_class,
            circuit = s.circuit, phase = s.phase, insulation = s.insulation, rated_current_a = s.rated_current_a,
            elevation_m = s.elevation_m, resolution = s.resolution
        FROM staged_sensor s JOIN buildings b ON b.code = s.building
        JOIN devices d ON d.building_id = b.building_id AND d.code = s.device
        WHERE x.device_id = d.device_id AND x.channel = s.code
          AND (x.quantity, x.unit, x.range_low, x.range_high, x.interval_seconds, x.heat_class,
               x.circuit, x.phase, x.insulation, x.rated_current_a, x.elevation_m, x.resolution)
              IS DISTINCT FROM (s.quantity, s.unit, s.range_low, s.range_high, s.interval_seconds,
                                s.heat_class, s.circuit, s.phase, s.insulation, s.rated_current_a,
                                s.elevation_m, s.resolution)""",
}

INSERT: dict[str, LiteralString] = {
    # An area may lie in one that comes with it, and a device's gateway come with it: their numbers are given before
    # the rows are.
    "area": """
        WITH fresh AS MATERIALIZED (
            SELECT nextval(pg_get_serial_sequence('areas', 'area_id'))::integer AS area_id, n.*
            FROM (SELECT code, parent, name, level FROM staged_area s
                  WHERE NOT EXISTS (SELECT FROM areas a WHERE a.code = s.code) ORDER BY s.ctid) n)
        INSERT INTO areas (area_id, code, name, level, parent_id) OVERRIDING SYSTEM VALUE
        SELECT f.area_id, f.code, f.name, f.level, coalesce(g.area_id, a.area_id)
        FROM fresh f LEFT JOIN fresh g ON g.code = f.parent LEFT JOIN areas a ON a.code = f.parent""",
    "building": """
        INSERT INTO buildings (code, name, area_id, building_class, building_use, height_m, floors,
                               high_risk, must_connect)
        SELECT s.code, s.name, a.area_id, building_class, building_use, height_m, floors,
               high_risk, must_connect
        FROM staged_building s JOIN areas a ON a.code = s.parent
        WHERE NOT EXISTS (SELECT FROM buildings b WHERE b.code = s.code) ORDER BY s.ctid""",
    "zone": """
        INSERT INTO zones (building_id, code, name, floor, zone_use, adjoins)
        SELECT b.building_id, s.code, s.name, s.floor, s.zone_use, s.adjoins
        FROM staged_zone s JOIN buildings b ON b.code = s.parent
        WHERE NOT EXISTS (SELECT FROM zones z WHERE z.building_id = b.building_id AND z.code = s.code)
        ORDER BY s.ctid""",
    "device": """
        WITH fresh AS MATERIALIZED (
            SELECT nextval(pg_get_serial_sequence('devices', 'device_id'))::integer AS device_id, n.*
            FROM (SELECT b.building_id, s.code, s.name, s.zone, s.model, s.power, s.retired, s.gateway, s.system,
                         s.part, s.riser
                  FROM staged_device s JOIN buildings b ON b.code = s.parent
                  WHERE NOT EXISTS (SELECT FROM devices d WHERE d.building_id = b.building_id AND d.code = s.code)
                  ORDER BY s.ctid) n)
        INSERT INTO devices (device_id, building_id, zone_id, code, name, model, power, retired, gateway_id,
                             system, part, riser)
        OVERRIDING SYSTEM VALUE
        SELECT f.device_id, f.building_id, z.zone_id, f.code, f.name, f.model, f.power, f.retired,
               coalesce(g.device_id, d.device_id), f.system, f.part, f.riser
        FROM fresh f
        LEFT JOIN zones z ON z.building_id = f.building_id AND z.code = f.zone
        LEFT JOIN fresh g ON g.building_id = f.building_id AND g.code = f.gateway
        LEFT JOIN devices d ON d.building_id = f.building_id AND d.code = f.gateway""",
    "sensor": """
        INSERT INTO sensors (device_id, channel, quantity, unit, range_low, range_high, interval_seconds,
                             heat_class, circuit, phase, insulation, rated_current_a, elevation_m, resolution)
        SELECT d.device_id, s.code, s.quantity, s.unit, s.range_low, s.range_high, s.interval_seconds,
               s.heat_class, s.circuit, s.phase, s.insulation, s.rated_current_a, s.elevation_m, s.resolution
        FROM staged_sensor s JOIN buildings b ON b.code = s.building
        JOIN devices d ON d.building_id = b.building_id AND d.code = s.device
        WHERE NOT EXISTS (SELECT FROM sensors x WHERE x.device_id = d.device_id AND x.channel = s.code)
        ORDER BY s.ctid""",
}

# What a file refers to without holding it: asked for by key, so that a small file costs little in a large city.
CREATE_WANTED = "CREATE TEMPORARY TABLE wanted (kind text, key text) ON COMMIT DROP"
COPY_WANTED = "COPY wanted FROM STDIN"
ANALYZE_WANTED = "ANALYZE wanted"
SELECT_REGISTERED = """
SELECT kind, key FROM wanted w WHERE kind = 'area' AND EXISTS (SELECT FROM areas WHERE code = key)
UNION ALL
SELECT kind, key FROM wanted w WHERE kind = 'building' AND EXISTS (SELECT FROM buildings WHERE code = key)
UNION ALL
SELECT kind, key FROM wanted w
JOIN buildings b ON b.code = split_part(key, '/', 1)
JOIN zones z ON z.building_id = b.building_id AND z.code = split_part(key, '/', 2)
WHERE kind = 'zone'
UNION ALL
SELECT kind, key FROM wanted w
JOIN buildings b ON b.code = split_part(key, '/', 1)
JOIN devices d ON d.building_id = b.building_id AND d.code = split_part(key, '/', 2)
WHERE kind = 'device'"""
SELECT_AREA_PARENTS = "SELECT a.code, p.code FROM areas a LEFT JOIN areas p ON p.area_id = a.parent_id"

SELECT_RECORDS: dict[str, LiteralString] = {
    "area": """
        SELECT a.code, p.code AS parent, a.name, a.level
        FROM areas a LEFT JOIN areas p ON p.area_id = a.parent_id ORDER BY a.area_id""",
    "building": """
        SELECT b.code, a.code AS parent, b.name, building_class AS class, building_use AS use, height_m,
               floors, high_risk, must_connect
        FROM buildings b JOIN areas a USING (area_id) ORDER BY building_id""",
    "zone": """
        SELECT z.code, b.code AS parent, z.name, floor, zone_use AS use, adjoins
        FROM zones z JOIN buildings b USING (building_id) ORDER BY zone_id""",
    "device": """
        SELECT d.code, b.code AS parent, d.name, z.code AS zone, d.model, d.power, d.retired, g.code AS gateway,
               d.system, d.part, d.riser
        FROM devices d JOIN buildings b USING (building_id) LEFT JOIN zones z USING (zone_id)
        LEFT JOIN devices g ON g.device_id = d.gateway_id ORDER BY d.device_id""",
    "sensor": """
        SELECT s.channel AS code, b.code || '/' || d.code AS parent, quantity, unit, range_low, range_high,
               interval_seconds AS interval_s, heat_class, circuit, phase, insulation, rated_current_a,
               elevation_m, resolution
        FROM sensors s JOIN devices d USING (device_id) JOIN buildings b USING (building_id)
        ORDER BY sensor_id""",
}

SELECT_OTHER_QUANTITIES: LiteralString = """
SELECT b.code || '/' || d.code || '/' || s.code, x.quantity, s.quantity
FROM staged_sensor s
JOIN buildings b ON b.code = s.building
JOIN devices d ON d.building_id = b.building_id AND d.code = s.device
JOIN sensors x ON x.device_id = d.device_id AND x.channel = s.code
WHERE x.quantity <> s.quantity AND EXISTS (SELECT FROM readings r WHERE r.sensor_id = x.sensor_id)"""
