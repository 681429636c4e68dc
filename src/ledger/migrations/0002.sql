-- The second schema. Times are milliseconds since 1970 in UTC.

-- Who was shown the recipients of an issue, and why.
CREATE TABLE disclosures (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    issue TEXT NOT NULL,
    by    TEXT NOT NULL,
    why   TEXT NOT NULL
) STRICT;

-- What a person has asked of an issue that is leaving: to wait, or to send no more of it.
CREATE TABLE controls (
    issue TEXT PRIMARY KEY,
    what  TEXT NOT NULL CHECK (what IN ('paused', 'cancelled')),
    at    INTEGER NOT NULL
) STRICT;

-- How a copy that nobody knew about was settled, and on whose word.
CREATE TABLE resolutions (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    delivery INTEGER NOT NULL REFERENCES deliveries (id),
    what     TEXT NOT NULL CHECK (what IN ('accepted', 'refused', 'resend')),
    by       TEXT NOT NULL
) STRICT;

-- Subscribers, made anew: a number that links carry (enciphered), who decided the status, a pause with an end, further
-- columns of a list as JSON, and which list holds the person. Keys come in sorted, so the index grows at its end.
CREATE TABLE people (
    id           INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: a link of somebody erased is nobody's
    address_key  TEXT NOT NULL UNIQUE,        -- the whole address in lower case
    address      TEXT NOT NULL,
    language     TEXT,                        -- NULL: unknown, so the bilingual edition
    both         INTEGER NOT NULL DEFAULT 0,  -- asked for both languages
    language_by  TEXT NOT NULL DEFAULT 'file' CHECK (language_by IN ('file', 'person')),
    name         TEXT,
    format       TEXT,                        -- 'text': plain text only
    status       TEXT NOT NULL DEFAULT 'active'
                 CHECK (status IN ('active', 'unconfirmed', 'paused', 'left', 'bounced', 'complained')),
    status_by    TEXT NOT NULL DEFAULT 'file' CHECK (status_by IN ('file', 'person', 'office', 'server')),
    since        INTEGER NOT NULL,            -- of the status
    paused_until INTEGER,
    source       TEXT,
    consented_on TEXT,
    basis        TEXT,
    fields       TEXT,                        -- JSON object: the list's further columns
    list         TEXT,                        -- the file that holds the person
    import       INTEGER,                     -- the last import of a complete list that held them
    added        INTEGER NOT NULL
) STRICT;
INSERT INTO people (address_key, address, language, both, language_by, name, format, status, status_by, since, source,
                    consented_on, basis, added)
SELECT address_key, address, language, both, language_by, name, format, status,
       CASE status WHEN 'bounced' THEN 'server' WHEN 'active' THEN 'file' ELSE 'person' END,
       since, source, consented_on, basis, since
FROM subscribers ORDER BY address_key;
DROP TABLE subscribers;
ALTER TABLE people RENAME TO subscribers;
CREATE INDEX subscribers_paused ON subscribers (paused_until) WHERE status = 'paused';

-- One import each: when, from where, and what it came to.
CREATE TABLE imports (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    at   INTEGER NOT NULL
) STRICT;

-- Who did it, and by which way: `history` says both.
ALTER TABLE events ADD COLUMN actor TEXT;     -- person, office, server, file
ALTER TABLE events ADD COLUMN way TEXT;       -- command, web, one-click, mail, smtp, a file's name

-- An address that is now another: its mail, its links and its rows in files are the new one's.
CREATE TABLE aliases (
    address_key TEXT PRIMARY KEY,
    number      INTEGER,                      -- the subscriber's number before, which old links carry
    becomes     TEXT NOT NULL,                -- the key of the address it is now
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX aliases_of ON aliases (becomes);
CREATE INDEX aliases_number ON aliases (number);

-- People of whom nothing is left but a keyed hash that keeps them out.
CREATE TABLE departures (
    mark TEXT PRIMARY KEY,
    what TEXT NOT NULL CHECK (what IN ('erased', 'left', 'complained')),
    at   INTEGER NOT NULL
) STRICT;

-- Mail about a subscription, to one person, whom a page of `serve` asked for.
CREATE TABLE letters (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: links carry it, enciphered
    kind        TEXT NOT NULL CHECK (kind IN ('confirm', 'known', 'new-address', 'welcome')),
    number      INTEGER,                      -- the subscriber
    address_key TEXT NOT NULL,
    address     TEXT NOT NULL,
    language    TEXT NOT NULL,                -- of the page; of the subscription, once confirmed
    at          INTEGER NOT NULL,
    state       TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'claimed', 'sent', 'failed')),
    tries       INTEGER NOT NULL DEFAULT 0,
    next_try    INTEGER NOT NULL,             -- of one that is claimed: when the claim is over
    used        INTEGER                       -- when its button was pressed
) STRICT;
CREATE INDEX letters_due ON letters (next_try) WHERE state IN ('due', 'claimed');
CREATE INDEX letters_of  ON letters (address_key, at);

-- Whose copy is the text alone, decided with the freeze.
ALTER TABLE deliveries ADD COLUMN plain INTEGER NOT NULL DEFAULT 0;

-- For whom an issue was frozen, as conditions; empty: everyone.
ALTER TABLE issues ADD COLUMN audience TEXT NOT NULL DEFAULT '';

-- Mail that was read, by the hash of its bytes: the same one is acted on once.
CREATE TABLE received (
    hash TEXT PRIMARY KEY,
    at   INTEGER NOT NULL,
    kind TEXT NOT NULL
) STRICT;

-- The bounce of one copy; a third issue in a row takes the address out.
CREATE TABLE bounces (
    issue       TEXT NOT NULL,
    address_key TEXT NOT NULL,
    class       TEXT NOT NULL,
    status      TEXT,
    at          INTEGER NOT NULL,
    PRIMARY KEY (issue, address_key)
) STRICT;
CREATE INDEX bounces_of ON bounces (address_key);

-- What `run` has done, or tried: each thing once, at any frequency.
CREATE TABLE chores (
    issue  TEXT NOT NULL,                     -- '': of none
    step   TEXT NOT NULL,
    who    TEXT NOT NULL,                     -- whom it reminded; '': nobody
    at     INTEGER NOT NULL,
    done   INTEGER NOT NULL,
    detail TEXT NOT NULL,                     -- why not; or a mark of what it was done for
    PRIMARY KEY (issue, step, who)
) STRICT;

-- Issues of a restored ledger that may have left since its backup: held until a person has said whether they did.
CREATE TABLE holds (
    issue      TEXT PRIMARY KEY,
    backup_at  INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    how        TEXT CHECK (how IN ('nothing-left', 'may-have-left', 'given-up')),
    by         TEXT,
    settled_at INTEGER
) STRICT;
