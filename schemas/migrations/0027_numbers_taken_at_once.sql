-- Whoever writes many changes in one transaction takes their numbers at once and brings them. A counter that is updated
-- ten thousand times in one transaction leaves ten thousand dead rows, and each update passes over all before it.

CREATE OR REPLACE FUNCTION number_alert_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.change_id IS NULL THEN
        UPDATE change_counter SET last_id = last_id + 1 RETURNING last_id INTO NEW.change_id;
    END IF;
    UPDATE alerts SET change_id = NEW.change_id, changed_at = NEW.recorded_at WHERE alert_id = NEW.alert_id;
    PERFORM pg_notify('fengsui_alert_changes', '');
    RETURN NEW;
END $$;
