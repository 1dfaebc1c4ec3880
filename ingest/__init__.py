"""From MQTT to committed rows: subscribe, decode, resolve, store, acknowledge, quarantine."""
