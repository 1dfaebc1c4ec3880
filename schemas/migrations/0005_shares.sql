-- A share is a set of buildings that are worked together: by one worker at a time, under one MQTT client id with one
-- persistent session. Whoever holds the share's lease, an advisory lock, is its worker; both have the same name.

CREATE TABLE shares (
    share             text PRIMARY KEY CHECK (share ~ '^[A-Za-z0-9_-]{1,64}$'),
    is_default        boolean NOT NULL DEFAULT false,
    hears_unregistered boolean NOT NULL DEFAULT false,
    CHECK (is_default OR NOT hears_unregistered)
);
COMMENT ON COLUMN shares.is_default IS 'the share of every building without a row in building_shares';
COMMENT ON COLUMN shares.hears_unregistered IS 'it subscribes to all buildings, so that one that nobody registered is quarantined; else only to its own';
CREATE UNIQUE INDEX shares_one_default ON shares (is_default) WHERE is_default;
INSERT INTO shares (share, is_default, hears_unregistered) VALUES ('ingest-1', true, true);

-- A move, step by step, so that no message falls between two sessions:
-- wanted (share <> served_by) -> joined (the new share has subscribed) -> leaving (the old one unsubscribes and stores
-- what its session still holds) -> served by the new one.
CREATE TABLE building_shares (
    building_id integer PRIMARY KEY REFERENCES buildings,
    share       text NOT NULL REFERENCES shares,
    served_by   text NOT NULL REFERENCES shares,
    joined_by   text REFERENCES shares,
    leaving     boolean NOT NULL DEFAULT false,
    CHECK (joined_by IS DISTINCT FROM served_by),
    CHECK (joined_by IS NOT NULL OR NOT leaving)
);
COMMENT ON COLUMN building_shares.share IS 'where the building is to be';
COMMENT ON COLUMN building_shares.served_by IS 'the share that answers for the building: receipts, silence';
COMMENT ON COLUMN building_shares.joined_by IS 'a second share that hears, stores and judges it already';

ALTER TABLE workers ADD COLUMN process text NOT NULL DEFAULT '';
COMMENT ON TABLE workers IS 'one row for each share: the sign of life of whoever works it';
COMMENT ON COLUMN workers.process IS 'the ingest process that holds the share';
