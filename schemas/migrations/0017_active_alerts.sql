-- What clears is looked for among what is active, closed by somebody or not; there are few of these, however many
-- alerts there have been.
CREATE INDEX alerts_active ON alerts (rule, subject_kind, subject_id) WHERE condition = 'active';
