-- The first shape of the store. Times are UTC nanoseconds since 1970; digests are 32-byte blobs.

-- Facts about this very database: its training flag, the genesis of its audit chain, the review recipient.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One chain over everything that was ever done here. No personal data: `body` may be cleared after
-- retention, its digest stays, and so the chain can be verified for ever.
CREATE TABLE audit (
    seq         INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    device      TEXT,
    kind        TEXT NOT NULL,
    record      TEXT,
    body        TEXT,
    body_sha256 BLOB NOT NULL,
    prev        BLOB NOT NULL,
    hash        BLOB NOT NULL
) STRICT;
CREATE INDEX audit_record ON audit (record, seq);
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
CREATE TRIGGER audit_keeps_facts
BEFORE UPDATE OF seq, at, actor, device, kind, record, body_sha256, prev, hash ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_only_clears_bodies BEFORE UPDATE OF body ON audit WHEN NEW.body IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'audit bodies are only ever cleared'); END;

-- One enrollment record. `state` belongs to the store; class, status and step are the domain's words.
CREATE TABLE record (
    id         TEXT PRIMARY KEY,
    nik        TEXT NOT NULL,
    class      TEXT NOT NULL,
    status     TEXT NOT NULL,
    step       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('open', 'sealed', 'approved', 'closed', 'void')),
    seq        INTEGER NOT NULL,
    opened_at  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX record_nik ON record (nik);
CREATE INDEX record_state ON record (state, opened_at);
CREATE INDEX record_opened ON record (opened_at);
CREATE INDEX record_changed ON record (changed_at);
-- One resident, one live record.
CREATE UNIQUE INDEX record_live_nik ON record (nik) WHERE state IN ('open', 'sealed', 'approved');

-- The journal. Who, when and what kind are facts of the audit row; only the body is here, and can go.
CREATE TABLE entry (
    record TEXT NOT NULL REFERENCES record (id),
    seq    INTEGER NOT NULL,
    audit  INTEGER NOT NULL UNIQUE REFERENCES audit (seq),
    body   TEXT,
    PRIMARY KEY (record, seq)
) STRICT;

-- Captured samples, until the record is sealed.
CREATE TABLE sample (
    id       TEXT PRIMARY KEY,
    record   TEXT NOT NULL REFERENCES record (id),
    entry    INTEGER NOT NULL,
    modality TEXT NOT NULL,
    position INTEGER NOT NULL,
    media    TEXT NOT NULL,
    template BLOB,
    bytes    BLOB NOT NULL
) STRICT;
CREATE INDEX sample_record ON sample (record);

-- The sealed copies: for the district, and (until approval) for the supervisor's review.
CREATE TABLE sealed (
    record      TEXT PRIMARY KEY REFERENCES record (id),
    sealed_at   INTEGER NOT NULL,
    approved_at INTEGER,
    sha256      BLOB NOT NULL,
    district    BLOB,
    review      BLOB
) STRICT;

CREATE TABLE batch (
    seq             INTEGER PRIMARY KEY,
    file            TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('begun', 'committed', 'acknowledged', 'discarded')),
    sha256          BLOB,
    prev_sha256     BLOB,
    begun_at        INTEGER NOT NULL,
    committed_at    INTEGER,
    acknowledged_at INTEGER
) STRICT;
CREATE TABLE batch_record (
    record TEXT PRIMARY KEY REFERENCES record (id),
    batch  INTEGER NOT NULL REFERENCES batch (seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_record_batch ON batch_record (batch);

-- The register's extract.
CREATE TABLE register (
    nik        TEXT PRIMARY KEY,
    kk         TEXT NOT NULL,
    name       TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    village    TEXT NOT NULL,
    status     TEXT NOT NULL,
    import     TEXT NOT NULL,
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX register_kk ON register (kk);
CREATE INDEX register_name ON register (name, nik);

CREATE TABLE recorded (
    nik    TEXT PRIMARY KEY,
    since  TEXT NOT NULL,
    status TEXT NOT NULL,
    source TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who and which templates, joined only by a random reference (ISO/IEC 24745).
CREATE TABLE gallery_identity (
    ref    INTEGER PRIMARY KEY,
    nik    TEXT NOT NULL,
    record TEXT
) STRICT;
CREATE UNIQUE INDEX gallery_identity_own ON gallery_identity (record) WHERE record IS NOT NULL;
CREATE UNIQUE INDEX gallery_identity_cached ON gallery_identity (nik) WHERE record IS NULL;
CREATE TABLE gallery_template (
    ref      INTEGER NOT NULL,
    modality INTEGER NOT NULL,
    position INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,
    bytes    BLOB NOT NULL,
    PRIMARY KEY (ref, modality, position, ordinal)
) STRICT, WITHOUT ROWID;

-- The office.
CREATE TABLE ticket (
    id        INTEGER PRIMARY KEY,
    day       TEXT NOT NULL,
    number    INTEGER NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'called', 'serving', 'done', 'absent', 'parked')),
    priority  INTEGER NOT NULL,
    family    TEXT,
    nik       TEXT,
    record    TEXT,
    desk      TEXT,
    calls     INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    called_at INTEGER,
    served_at INTEGER,
    ended_at  INTEGER,
    UNIQUE (day, number)
) STRICT;
CREATE INDEX ticket_state ON ticket (day, state, priority, number);

CREATE TABLE correction (
    id        INTEGER PRIMARY KEY,
    record    TEXT,
    nik       TEXT NOT NULL,
    field     TEXT NOT NULL,
    old       TEXT NOT NULL,
    new       TEXT NOT NULL,
    document  TEXT NOT NULL,
    filed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX correction_nik ON correction (nik);

CREATE TABLE appointment (
    id         INTEGER PRIMARY KEY,
    nik        TEXT NOT NULL,
    date       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    correction INTEGER REFERENCES correction (id)
) STRICT;
CREATE INDEX appointment_date ON appointment (date);
CREATE INDEX appointment_nik ON appointment (nik);

CREATE TABLE adjudication (
    id         INTEGER PRIMARY KEY,
    record     TEXT NOT NULL REFERENCES record (id),
    body       TEXT NOT NULL,
    decision   TEXT,
    opened_at  INTEGER NOT NULL,
    decided_at INTEGER
) STRICT;
CREATE INDEX adjudication_record ON adjudication (record);

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    nip        TEXT NOT NULL,
    role       TEXT NOT NULL,
    active     INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE key (
    name  TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
