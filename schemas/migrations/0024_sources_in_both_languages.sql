-- Where a rule's limits come from, in both languages like its other words. The worker writes the Chinese at its start.
ALTER TABLE rules RENAME COLUMN source TO source_en;
ALTER TABLE rules ADD COLUMN source_zh text;
UPDATE rules SET source_zh = source_en;
ALTER TABLE rules ALTER COLUMN source_zh SET NOT NULL;
