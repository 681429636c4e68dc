-- The first schema. Times are milliseconds since 1970 in UTC. A row of `deliveries` is one person's copy of one issue.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE subscribers (
    address_key  TEXT PRIMARY KEY,            -- the whole address in lower case
    address      TEXT NOT NULL,
    language     TEXT,                        -- NULL: unknown, so the bilingual edition
    both         INTEGER NOT NULL DEFAULT 0,  -- asked for both languages
    language_by  TEXT NOT NULL DEFAULT 'file' CHECK (language_by IN ('file', 'person')),
    name         TEXT,
    format       TEXT,
    status       TEXT NOT NULL DEFAULT 'active'
                 CHECK (status IN ('active', 'unconfirmed', 'paused', 'left', 'bounced', 'complained')),
    since        INTEGER NOT NULL,
    source       TEXT,
    consented_on TEXT,
    basis        TEXT,
    import       TEXT                         -- the last import that held the address: finds it twice in one
) STRICT;

CREATE TABLE events (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    address_key TEXT NOT NULL,
    what        TEXT NOT NULL,
    detail      TEXT
) STRICT;
CREATE INDEX events_of ON events (address_key, at);

CREATE TABLE issues (
    issue     TEXT PRIMARY KEY,
    send_at   INTEGER NOT NULL,
    frozen_at INTEGER NOT NULL,               -- the Date of every copy
    manifest  TEXT NOT NULL,
    completed INTEGER
) STRICT;

CREATE TABLE editions (
    issue   TEXT NOT NULL REFERENCES issues (issue),
    edition TEXT NOT NULL,
    digest  TEXT NOT NULL,
    frame   TEXT NOT NULL,                    -- JSON: what addressing a copy needs beside the bytes
    wire    BLOB NOT NULL,                    -- headers and body as they leave, slots empty
    PRIMARY KEY (issue, edition)
) STRICT;

CREATE TABLE deliveries (
    id             INTEGER PRIMARY KEY,
    issue          TEXT NOT NULL,
    address_key    TEXT NOT NULL,
    address        TEXT NOT NULL,
    language       TEXT,
    edition        TEXT NOT NULL,
    rank           REAL NOT NULL,             -- 0 to 1 within the edition: languages leave in proportion
    state          TEXT NOT NULL DEFAULT 'planned' CHECK (state IN
                   ('planned', 'claimed', 'dotted', 'accepted', 'deferred', 'refused', 'unknown', 'suppressed')),
    way_out        TEXT,
    tries          INTEGER NOT NULL DEFAULT 0,
    first_try      INTEGER,
    next_try       INTEGER,
    reply_code     INTEGER,
    reply_enhanced TEXT,
    reply_text     TEXT,
    message_id     TEXT,
    claimed_by     TEXT,
    changed        INTEGER NOT NULL,
    UNIQUE (issue, address_key),
    FOREIGN KEY (issue, edition) REFERENCES editions (issue, edition)
) STRICT;
CREATE INDEX deliveries_planned  ON deliveries (issue, rank)     WHERE state = 'planned';
CREATE INDEX deliveries_deferred ON deliveries (issue, next_try) WHERE state = 'deferred';
CREATE INDEX deliveries_open     ON deliveries (issue)           WHERE state IN ('claimed', 'dotted');

CREATE TABLE approvals (
    issue    TEXT NOT NULL,
    edition  TEXT NOT NULL,
    digest   TEXT NOT NULL,
    by       TEXT NOT NULL,
    at       INTEGER NOT NULL,
    note     TEXT,
    recorded INTEGER NOT NULL,
    PRIMARY KEY (issue, edition, digest, by)
) STRICT;
