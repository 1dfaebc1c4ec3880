-- What ingest counts and what it could not understand. Totals are written in the transaction that stores the
-- messages they count, so they balance to the message over any crash.

CREATE TABLE ingest_totals (
    worker               text PRIMARY KEY,
    messages_received    bigint NOT NULL DEFAULT 0,
    messages_stored      bigint NOT NULL DEFAULT 0,
    messages_duplicate   bigint NOT NULL DEFAULT 0,
    messages_conflict    bigint NOT NULL DEFAULT 0,
    messages_quarantined bigint NOT NULL DEFAULT 0,
    readings_received    bigint NOT NULL DEFAULT 0,
    readings_stored      bigint NOT NULL DEFAULT 0,
    readings_duplicate   bigint NOT NULL DEFAULT 0,
    readings_conflict    bigint NOT NULL DEFAULT 0,
    readings_rejected    bigint NOT NULL DEFAULT 0,
    last_batch           bigint NOT NULL DEFAULT 0,
    CHECK (messages_received = messages_stored + messages_duplicate + messages_conflict + messages_quarantined),
    CHECK (readings_received = readings_stored + readings_duplicate + readings_conflict + readings_rejected)
);
COMMENT ON COLUMN ingest_totals.last_batch IS 'number of the last batch committed: tells after a lost connection whether its commit took effect';

-- One row for each distinct message that was refused: `occurrences` counts how often it came.
CREATE TABLE quarantine (
    quarantine_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic             text NOT NULL,
    payload_sha256    bytea NOT NULL,
    reason            text NOT NULL,
    detail            text NOT NULL,
    payload_head      bytea NOT NULL,
    payload_bytes     integer NOT NULL,
    samples_rejected  integer NOT NULL,
    occurrences       bigint NOT NULL DEFAULT 1,
    first_received_at timestamptz NOT NULL,
    last_received_at  timestamptz NOT NULL,
    UNIQUE (topic, payload_sha256, reason)
);
CREATE INDEX quarantine_last_received ON quarantine (last_received_at);

-- A worker's sign of life; what `status` and `/readyz` report.
CREATE TABLE workers (
    worker              text PRIMARY KEY,
    pid                 integer NOT NULL,
    started_at          timestamptz NOT NULL,
    heartbeat_at        timestamptz NOT NULL,
    broker_connected    boolean NOT NULL,
    broker_note         text NOT NULL,
    last_commit_at      timestamptz,
    lag_seconds         double precision NOT NULL,
    messages_per_second double precision NOT NULL,
    readings_per_second double precision NOT NULL
);
COMMENT ON COLUMN workers.lag_seconds IS 'age of the oldest message received and not yet committed';
