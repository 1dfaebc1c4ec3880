"""Which devices are silent, and which are unknown because the gateway that they are heard through is."""

from __future__ import annotations

from psycopg import sql

# One row a device; its own silence says more than that of its gateway.
SILENT = sql.SQL("""
SELECT device_id, bool_or(own) AS own FROM (
    SELECT device_id, true AS own FROM alerts
    WHERE closed_at IS NULL AND condition = 'active' AND subject_kind = 'device'
      AND rule IN ('device_silent', 'gateway_silent')
    UNION ALL
    SELECT beneath.device_id, false FROM alerts a JOIN devices beneath ON beneath.gateway_id = a.device_id
    WHERE a.closed_at IS NULL AND a.condition = 'active' AND a.rule = 'gateway_silent' AND a.subject_kind = 'device'
) silences GROUP BY device_id""")
