-- How long people took, over a year and exactly: half a million alerts are too many to be read for one figure, and
-- percentiles cannot be added up. Each day's answers are kept in columns that a reader takes as they are.

CREATE INDEX alerts_recorded ON alerts (recorded_at) INCLUDE (signal_class, building_id);

CREATE VIEW answers AS
SELECT a.recorded_at, a.building_id, (a.recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS day, answer.act, answer.person,
       extract(epoch FROM answer.at - a.recorded_at)::float8 AS seconds,
       extract(hour FROM a.recorded_at AT TIME ZONE 'Asia/Shanghai')::smallint AS hour,
       array_position(ARRAY['fire', 'warning', 'actuation', 'supervisory', 'fault', 'disabled', 'test'],
                      a.signal_class)::smallint AS class_place
FROM alerts a CROSS JOIN LATERAL (
    VALUES ('acknowledged', a.acknowledged_by, a.acknowledged_at), ('verdict', a.verdict_by, a.verdict_at)
) AS answer (act, person, at)
WHERE answer.at IS NOT NULL;
COMMENT ON VIEW answers IS 'acknowledgements and verdicts, each with the time since the database learnt of the alert';
COMMENT ON COLUMN answers.class_place IS 'of the signal class in their order, from 1';

-- Big-endian, as the server sends them: seconds of 8 bytes, hours and classes of 2, all three in the same order.
CREATE TABLE answer_days (
    day     date NOT NULL,
    act     text NOT NULL,
    person  text NOT NULL,
    seconds bytea NOT NULL,
    hours   bytea NOT NULL,
    classes bytea NOT NULL,
    PRIMARY KEY (day, act, person)
);
COMMENT ON TABLE answer_days IS 'answers to the alerts of each day in China; days of alerts that changed since are read anew';

CREATE TABLE answer_progress (
    is_only   boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    change_id bigint NOT NULL
);
COMMENT ON COLUMN answer_progress.change_id IS 'the last change that is in answer_days';
INSERT INTO answer_progress (change_id) VALUES (0);
