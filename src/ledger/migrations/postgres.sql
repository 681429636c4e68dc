-- What the statements use that SQLite has built in, and what only several machines need. It is said before the migrations,
-- each time they are run.

-- Milliseconds since 1970 by the database's clock: the only one by which leases run.
CREATE OR REPLACE FUNCTION now_millis() RETURNS BIGINT LANGUAGE sql VOLATILE AS
$$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT $$;

-- A member of a JSON object, by a path `$."name"`.
CREATE OR REPLACE FUNCTION json_extract(object TEXT, path TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS
$$ SELECT object::JSON ->> substr(path, 4, length(path) - 4) $$;

-- Who has had the right to send. The number is the fence: rows are taken in its name, and once it is `gone` no dot leaves
-- in it any more.
CREATE TABLE IF NOT EXISTS senders (
    fence   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    process TEXT NOT NULL,
    backend INTEGER NOT NULL,                 -- the process of the server that speaks with the sender
    seen    BIGINT NOT NULL,                  -- when the lease was last renewed
    until   BIGINT NOT NULL,                  -- when it runs out
    gone    BOOLEAN NOT NULL DEFAULT false
);
