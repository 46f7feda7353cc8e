/**
 * Steps of jobs, one row each: a job of ten thousand steps writes as much for each as a job of one.
 * They take the place of a table that nothing was ever written to. `value` and `error` are JSON.
 */
export const steps = `
DROP TABLE jobs;

CREATE TABLE job_steps (
  id INTEGER PRIMARY KEY,         -- in the order of their starts
  task_id INTEGER NOT NULL,       -- the job
  path TEXT NOT NULL,             -- where the step stands in it
  state TEXT NOT NULL,
  step_task_id INTEGER,           -- the task that does its work
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  error TEXT,
  value TEXT,                     -- what it gave
  UNIQUE (task_id, path)
);

ALTER TABLE tasks ADD COLUMN parent INTEGER;  -- the job that it is a step of
CREATE INDEX tasks_by_parent ON tasks (parent, id) WHERE parent IS NOT NULL;
`;
