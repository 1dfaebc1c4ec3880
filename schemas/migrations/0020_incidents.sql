-- Alerts of a building that belong together are one incident. An alert is given its incident when it is raised and
-- keeps it: the number is that of the alert that began it. docs/decisions/0020 says why so.

ALTER TABLE alerts ADD COLUMN incident_id bigint;
COMMENT ON COLUMN alerts.incident_id IS 'the alert that began the incident; its own number when it is that one';
CREATE INDEX alerts_building_raised ON alerts (building_id, raised_at, alert_id);
CREATE INDEX alerts_building_fires ON alerts (building_id, raised_at, alert_id) WHERE urgency >= 5;

-- An alert joins an incident of its building in which something was raised within half an hour of it, or in which a
-- fire or an actuation of the last day was still there half an hour before it. What tells of fire (fire, warning,
-- actuation) joins only what does so too; the rest joins a fire before it joins its like. Each step ends at the first
-- row of an index, so that the thousandth alert of a storm costs what the first did.
CREATE FUNCTION find_incident(of_building integer, of_class text, at timestamptz, but bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    half_hour CONSTANT interval := INTERVAL '30 minutes';
    found_id bigint;
BEGIN
    SELECT a.incident_id INTO found_id FROM alerts a
    WHERE a.building_id = of_building AND a.urgency >= 5 AND a.alert_id <> but AND a.incident_id IS NOT NULL
      AND a.raised_at BETWEEN at - half_hour AND at + half_hour
    ORDER BY a.raised_at DESC, a.alert_id DESC LIMIT 1;
    IF found_id IS NULL THEN
        SELECT a.incident_id INTO found_id FROM alerts a
        WHERE a.building_id = of_building AND a.urgency >= 5 AND a.alert_id <> but AND a.incident_id IS NOT NULL
          AND a.signal_class IN ('fire', 'actuation')
          AND a.raised_at BETWEEN at - INTERVAL '1 day' AND at
          AND COALESCE(a.cleared_at >= at - half_hour, true)
        ORDER BY a.raised_at DESC, a.alert_id DESC LIMIT 1;
    END IF;
    IF found_id IS NULL AND of_class NOT IN ('fire', 'warning', 'actuation') THEN
        SELECT a.incident_id INTO found_id FROM alerts a
        WHERE a.building_id = of_building AND a.alert_id <> but AND a.incident_id IS NOT NULL
          AND a.raised_at BETWEEN at - half_hour AND at + half_hour
        ORDER BY a.raised_at DESC, a.alert_id DESC LIMIT 1;
    END IF;
    RETURN found_id;
END $$;

CREATE FUNCTION assign_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.incident_id := COALESCE(
        find_incident(NEW.building_id, NEW.signal_class, NEW.raised_at, NEW.alert_id), NEW.alert_id);
    RETURN NEW;
END $$;

DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT alert_id, building_id, signal_class, raised_at FROM alerts ORDER BY raised_at, alert_id LOOP
        UPDATE alerts SET incident_id = COALESCE(
            find_incident(one.building_id, one.signal_class, one.raised_at, one.alert_id), one.alert_id)
        WHERE alert_id = one.alert_id;
    END LOOP;
END $$;

ALTER TABLE alerts ALTER COLUMN incident_id SET NOT NULL;
CREATE TRIGGER alerts_assign_incident BEFORE INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION assign_incident();
CREATE INDEX alerts_incident ON alerts (incident_id);
CREATE INDEX alerts_incidents_begun ON alerts (alert_id) WHERE alert_id = incident_id;
