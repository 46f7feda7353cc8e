/**
 * The first version. Texts named `spec`, `input`, `result`, `output`, `value`, `body`, `place`, `hold`,
 * `cancel`, `error`, `figures`, `variables` and `document` are JSON; moments are milliseconds since
 * the epoch.
 */
export const first = `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

-- Columns of a page of tasks come first: the long ones then stay unread on their overflow pages.
CREATE TABLE tasks (
  id INTEGER PRIMARY KEY,
  plugin TEXT NOT NULL,           -- its name in lower case
  submitted_at INTEGER NOT NULL,
  status TEXT,                    -- null while it is live
  started_at INTEGER,
  ended_at INTEGER,
  attempts INTEGER,
  error TEXT,                     -- why it did not complete, or why a person is asked
  search TEXT,                    -- its name and note in lower case
  spec TEXT NOT NULL,             -- the rest of the submission
  input TEXT,
  result TEXT,                    -- the rest of the result
  output TEXT
);
CREATE INDEX tasks_live ON tasks (id) WHERE status IS NULL;
CREATE INDEX tasks_by_status ON tasks (status) WHERE status IS NOT NULL;
CREATE INDEX tasks_by_plugin ON tasks (plugin, status) WHERE status IS NOT NULL;
CREATE INDEX tasks_by_text ON tasks (id, search) WHERE search IS NOT NULL;
CREATE INDEX tasks_by_end ON tasks (status, ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE task_tags (
  tag TEXT NOT NULL,
  task_id INTEGER NOT NULL,
  PRIMARY KEY (tag, task_id)
) WITHOUT ROWID;
CREATE INDEX task_tags_by_task ON task_tags (task_id);

CREATE TABLE idempotency (
  task_id INTEGER PRIMARY KEY,
  submitted_at INTEGER NOT NULL
);
CREATE INDEX idempotency_by_time ON idempotency (submitted_at);

-- What live tasks were told since they were submitted.
CREATE TABLE changes (
  task_id INTEGER PRIMARY KEY,
  hold TEXT,
  cancel TEXT,
  priority REAL
);

CREATE TABLE timers (
  task_id INTEGER NOT NULL,
  timer TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (task_id, timer)
) WITHOUT ROWID;

CREATE TABLE attempts (
  task_id INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  runner TEXT NOT NULL,
  environment TEXT,
  place TEXT,
  ended_at INTEGER,
  outcome TEXT,
  error TEXT,
  PRIMARY KEY (task_id, attempt)
) WITHOUT ROWID;

CREATE TABLE environments (
  key TEXT PRIMARY KEY,
  variables TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE checkpoints (
  id INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  value TEXT
);
CREATE INDEX checkpoints_by_task ON checkpoints (task_id);

CREATE TABLE task_events (
  seq INTEGER PRIMARY KEY,
  task_id INTEGER,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  who TEXT,                       -- null when the engine caused it
  checkpoint INTEGER,             -- the checkpoint that has its value
  body TEXT NOT NULL              -- the rest of the event
);
CREATE INDEX task_events_by_task ON task_events (task_id);
CREATE INDEX task_events_lasting ON task_events (seq) WHERE who IS NOT NULL OR task_id IS NULL;

-- The first and last moment of each run of 4,096 numbers: where to look for a time.
CREATE TABLE time_blocks (
  kind TEXT NOT NULL,             -- task or event
  block INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (kind, block)
) WITHOUT ROWID;

-- Figures of all tasks (the empty name) and of each plugin's, also of those that were dropped.
CREATE TABLE figures (
  plugin TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  figures TEXT NOT NULL
) WITHOUT ROWID;

-- The last 10,000 tasks that settled, in a ring.
CREATE TABLE recent_runs (
  slot INTEGER PRIMARY KEY,
  plugin TEXT NOT NULL,
  run_ms INTEGER,
  wait_ms INTEGER
);

CREATE TABLE jobs (
  task_id INTEGER PRIMARY KEY,
  document TEXT NOT NULL,         -- the job as it was submitted
  steps TEXT NOT NULL             -- the state of each step
);

CREATE TABLE schedules (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  document TEXT NOT NULL,
  next_at INTEGER,
  paused_at INTEGER
);
`;
