-- Lists of alerts are read along an index, from wherever the page before ended, however many alerts there are.

ALTER TABLE alerts ADD COLUMN urgency smallint GENERATED ALWAYS AS (
    CASE signal_class WHEN 'fire' THEN 7 WHEN 'warning' THEN 6 WHEN 'actuation' THEN 5 WHEN 'supervisory' THEN 4
                      WHEN 'fault' THEN 3 WHEN 'disabled' THEN 2 ELSE 1 END) STORED;
COMMENT ON COLUMN alerts.urgency IS 'the class as a number, the most urgent the highest: the order of lists';
CREATE INDEX alerts_order ON alerts (urgency, raised_at, alert_id);
CREATE INDEX alerts_order_open ON alerts (urgency, raised_at, alert_id) WHERE closed_at IS NULL;
CREATE INDEX alerts_raised ON alerts (raised_at, alert_id);
CREATE INDEX alerts_rule ON alerts (rule, raised_at);
CREATE INDEX alerts_zone ON alerts (zone_id) WHERE zone_id IS NOT NULL;
CREATE INDEX alerts_device ON alerts (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX alert_events_recorded ON alert_events (recorded_at);
