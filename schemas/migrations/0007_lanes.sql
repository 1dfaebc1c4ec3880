-- Batches are numbered along a lane: a spool file's own name. Whoever stores what a spool holds can tell by its lane
-- what was stored already, even when another process has meanwhile stored newer batches of the same share.

CREATE TABLE ingest_lanes (
    lane       uuid PRIMARY KEY,
    last_batch bigint NOT NULL,
    stored_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN ingest_lanes.last_batch IS 'number of the last batch committed: tells after a lost connection whether its commit took effect';
ALTER TABLE ingest_totals DROP COLUMN last_batch;

-- What a batch out of an old spool says of a condition is compared with when that was last known to clear.
CREATE INDEX alerts_subject ON alerts (rule, subject_kind, subject_id, cleared_at);

ALTER TABLE workers
    ADD COLUMN spool_batches integer NOT NULL DEFAULT 0,
    ADD COLUMN spool_bytes   bigint NOT NULL DEFAULT 0,
    ADD COLUMN spool_note    text NOT NULL DEFAULT '';
COMMENT ON COLUMN workers.spool_note IS 'what is wrong with the spool, or why it is in use; empty when it is not';
