-- Sensors that come late are noted an hour at a time: a row for each sensor of each batch cost a worker that drains
-- a long queue a tenth of its time.
ALTER TABLE late_readings ADD COLUMN sensor_ids integer[];
UPDATE late_readings SET sensor_ids = ARRAY[sensor_id];
ALTER TABLE late_readings
    DROP COLUMN sensor_id,
    ALTER COLUMN sensor_ids SET NOT NULL,
    -- Ids in order hardly get smaller, and whoever stores readings would wait for the attempt.
    ALTER COLUMN sensor_ids SET STORAGE EXTERNAL;
