-- Whom to call about a building, and who wants to be told of alerts over HTTP.

CREATE TABLE building_contacts (
    building_id integer NOT NULL REFERENCES buildings,
    place       smallint NOT NULL CHECK (place >= 1),
    role        text NOT NULL,
    name        text NOT NULL,
    phone       text NOT NULL,
    written_by  text NOT NULL,
    written_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (building_id, place)
);
COMMENT ON COLUMN building_contacts.place IS 'in which order they are called';

-- The feed of changes is what is delivered; `after` is how far a receiver has come. Nothing is copied for him, so
-- nothing can be lost on the way, and one that is away for a week costs a number.
CREATE TABLE webhooks (
    webhook_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url            text NOT NULL UNIQUE,
    secret         text NOT NULL,
    classes        text[] NOT NULL DEFAULT '{}',
    after          bigint NOT NULL,
    failures       integer NOT NULL DEFAULT 0,
    next_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_error     text,
    last_failed_at timestamptz,
    delivered_at   timestamptz,
    added_by       text NOT NULL,
    added_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN webhooks.classes IS 'only changes of alerts of these classes; empty for all';
COMMENT ON COLUMN webhooks.after IS 'every change up to this one was taken by the receiver, or was of another class';
COMMENT ON COLUMN webhooks.failures IS 'attempts that failed since the last that did not';
