-- Every filter of a list of alerts has an index in the order of lists: a page is read along it, from wherever the page
-- before ended, whatever is asked for and however many alerts there are.

DROP INDEX alerts_building, alerts_zone, alerts_device, alerts_rule;

-- When an alert changed last was looked up in the history, change by change.
ALTER TABLE alerts ADD COLUMN changed_at timestamptz;
UPDATE alerts a SET changed_at = e.recorded_at FROM alert_events e WHERE e.change_id = a.change_id;
COMMENT ON COLUMN alerts.changed_at IS 'when the last change was recorded';
CREATE INDEX alerts_changed_at ON alerts (changed_at);

CREATE INDEX alerts_building ON alerts (building_id, urgency, raised_at, alert_id);
CREATE INDEX alerts_zone ON alerts (zone_id, urgency, raised_at, alert_id) WHERE zone_id IS NOT NULL;
CREATE INDEX alerts_device ON alerts (device_id, urgency, raised_at, alert_id) WHERE device_id IS NOT NULL;
CREATE INDEX alerts_rule ON alerts (rule, urgency, raised_at, alert_id);
CREATE INDEX alerts_severity ON alerts (severity, urgency, raised_at, alert_id);
CREATE INDEX alerts_verdict ON alerts (verdict, urgency, raised_at, alert_id) WHERE verdict IS NOT NULL;

-- The same for people, and to find all their names without reading all alerts.
CREATE INDEX alerts_assigned_to ON alerts (assigned_to, urgency, raised_at, alert_id) WHERE assigned_to IS NOT NULL;
CREATE INDEX alerts_acknowledged_by ON alerts (acknowledged_by, urgency, raised_at, alert_id)
    WHERE acknowledged_by IS NOT NULL;
CREATE INDEX alerts_verdict_by ON alerts (verdict_by, urgency, raised_at, alert_id) WHERE verdict_by IS NOT NULL;

CREATE OR REPLACE FUNCTION number_alert_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE change_counter SET last_id = last_id + 1 RETURNING last_id INTO NEW.change_id;
    UPDATE alerts SET change_id = NEW.change_id, changed_at = NEW.recorded_at WHERE alert_id = NEW.alert_id;
    PERFORM pg_notify('fengsui_alert_changes', '');
    RETURN NEW;
END $$;
