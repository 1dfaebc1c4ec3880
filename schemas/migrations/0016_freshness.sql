-- Every answer of the API says how many devices are silent: it is counted at each request.

CREATE INDEX alerts_open_rule ON alerts (rule) WHERE closed_at IS NULL;
CREATE INDEX devices_gateway ON devices (gateway_id) WHERE gateway_id IS NOT NULL;
