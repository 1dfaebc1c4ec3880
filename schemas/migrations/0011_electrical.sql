-- What the rules need to know of wiring: which sensors stand on one circuit, on which phase, and what the cable bears.

ALTER TABLE sensors
    ADD COLUMN circuit         text CHECK (circuit ~ '^[A-Za-z0-9_-]{1,64}$'),
    ADD COLUMN phase           text,
    ADD COLUMN insulation      text,
    ADD COLUMN rated_current_a double precision CHECK (rated_current_a > 0);
COMMENT ON COLUMN sensors.circuit IS 'sensors of one building with the same circuit belong together, whatever their devices';
COMMENT ON COLUMN sensors.phase IS 'the conductor that is measured: A, B, C or N; null where it is all of them together';
COMMENT ON COLUMN sensors.insulation IS 'of the cable whose temperature is measured: pvc or xlpe';
COMMENT ON COLUMN sensors.rated_current_a IS 'what the circuit whose current is measured may carry for good';
