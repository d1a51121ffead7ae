-- Journals. An entry, its seal and its personal data share one number: branch << 40 | seq. STRICT everywhere: a figure that is
-- not an integer is refused, never rounded.
CREATE TABLE branch (
  no INTEGER PRIMARY KEY,
  fair TEXT NOT NULL,
  root BLOB NOT NULL,
  terminal TEXT NOT NULL,
  key BLOB NOT NULL,
  parent INTEGER NOT NULL,      -- 0: none
  base_seq INTEGER NOT NULL,
  base_hash BLOB NOT NULL,
  head_seq INTEGER NOT NULL,
  head_hash BLOB NOT NULL,
  state BLOB NOT NULL
) STRICT;
CREATE INDEX branch_of_terminal ON branch (terminal);

-- Rows lie in the order of arrival, so that the table grows at its end and its pages are full: kept in the order of `id`, each
-- terminal's stretch would grow in the middle of the tree, where a page that splits is written thrice and stays half empty.
-- Only the small index is in that order.
CREATE TABLE entry (
  id INTEGER NOT NULL UNIQUE,   -- branch << 40 | seq
  time INTEGER NOT NULL,
  flags INTEGER NOT NULL,       -- time quality | standing << 2 | 32 if `bytes` is the digest of bytes that are missing
  hash BLOB NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE seal (
  id INTEGER PRIMARY KEY,
  signature BLOB NOT NULL
) STRICT;

CREATE TABLE personal (
  id INTEGER PRIMARY KEY,
  salt BLOB NOT NULL,
  data BLOB NOT NULL
) STRICT;

-- The books: sums (those that are zero are not kept) and facts.
CREATE TABLE sum (
  key TEXT PRIMARY KEY,
  count INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
  key TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Named values of this device that are in no journal.
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
