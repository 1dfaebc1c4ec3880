-- What people do to alerts beside acknowledging and ruling on them: every act with who, when, from where and why, and
-- with what it replaced, so that it can be taken back.

ALTER TABLE alerts
    ADD COLUMN assigned_to text,
    ADD COLUMN assigned_at timestamptz,
    ADD COLUMN assigned_by text,
    ADD COLUMN referred_to text CHECK (referred_to IN ('supervisor', 'second_contact')),
    ADD COLUMN referred_at timestamptz,
    ADD COLUMN referred_by text,
    ADD COLUMN reminded_at timestamptz,
    ADD COLUMN closed_by   text,
    ADD CHECK ((assigned_to IS NULL) = (assigned_at IS NULL) AND (assigned_to IS NULL) = (assigned_by IS NULL)),
    ADD CHECK ((referred_to IS NULL) = (referred_at IS NULL) AND (referred_to IS NULL) = (referred_by IS NULL)),
    ADD CHECK (closed_by IS NULL OR closed_at IS NOT NULL);
COMMENT ON COLUMN alerts.referred_to IS 'the highest it was passed on to, by hand or because nobody acknowledged it in time';
COMMENT ON COLUMN alerts.reminded_at IS 'when the desk was told a second time of a fire that nobody had acknowledged';
COMMENT ON COLUMN alerts.closed_by IS 'who closed it by hand; null when condition and verdict did';

-- Fires that nobody has acknowledged: whoever watches over them looks each second.
CREATE INDEX alerts_unacknowledged ON alerts (recorded_at)
    WHERE closed_at IS NULL AND acknowledged_at IS NULL AND signal_class = 'fire';

ALTER TABLE alert_events
    ADD COLUMN origin    text,
    ADD COLUMN detail    text,
    ADD COLUMN undoes    bigint REFERENCES alert_events,
    ADD COLUMN replaced  jsonb;
COMMENT ON COLUMN alert_events.origin IS 'address that a person''s act came from';
COMMENT ON COLUMN alert_events.detail IS 'the verdict, to whom it is assigned, or to whom it is referred';
COMMENT ON COLUMN alert_events.undoes IS 'the act that was taken back';
COMMENT ON COLUMN alert_events.replaced IS 'what people had written before the act; null when there is nothing to take back';

-- A request that is sent again because its answer was lost acts once. Kept for a day.
CREATE TABLE act_keys (
    act_key    text PRIMARY KEY,
    act_sha256 bytea NOT NULL,
    acted_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX act_keys_acted ON act_keys (acted_at);
