-- A condition that goes on after its alert was closed by force is raised anew; docs/decisions/0024 says when.

ALTER TABLE alerts ADD COLUMN began_at timestamptz;
COMMENT ON COLUMN alerts.began_at IS
    'event time at which the condition began, where an alert before this one was closed while it was active; else null';
CREATE INDEX alerts_closed_active ON alerts (closed_at) WHERE condition = 'active' AND closed_at IS NOT NULL;
