-- By which parameters each share judges, and why not by the newest of its file.

ALTER TABLE workers
    ADD COLUMN rules_version text NOT NULL DEFAULT '',
    ADD COLUMN rules_error   text NOT NULL DEFAULT '';
COMMENT ON COLUMN workers.rules_version IS 'the parameters in force; alerts keep that of the parameters that raised them';
COMMENT ON COLUMN workers.rules_error IS 'what is wrong with the file of parameters; empty when nothing is';
