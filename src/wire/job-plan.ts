import type { StepDocument } from './job-document.ts';

/** One step of a job, in its place. */
export interface PlannedStep {
  /** Its place in the plan: a step comes after the one that it is part of. */
  readonly index: number;
  /** Where it stands in the job, such as `steps[2].steps[0]`; empty for the job itself. */
  readonly path: string;
  /** The step that it is part of; -1 for the job itself. */
  readonly parent: number;
  /** Which of the steps beside it, from 0. */
  readonly position: number;
  /** How many steps it is within. */
  readonly depth: number;
  readonly document: Exclude<StepDocument, { readonly type: 'part' }>;
  /** Its own steps, as places in the plan. */
  readonly steps: readonly number[];
}

/** Where a step stands, as messages and stores have it. */
export const pathOfStep = (parent: string, position: number): string =>
  parent === '' ? `steps[${position}]` : `${parent}.steps[${position}]`;

/** A step's place in words. */
export const stepInWords = (path: string, name: string | undefined): string => {
  const place = path === '' ? 'the job' : path;
  return name === undefined ? place : `${place} ("${name}")`;
};

/** A job's steps in a row, however deep they are nested; the job itself is the first. */
export function planJob(job: {
  readonly type: string;
  readonly parts?: readonly StepDocument[];
}): readonly PlannedStep[] {
  const { parts = [] } = job;
  const plan: PlannedStep[] = [];
  const children: number[][] = [];
  const open: { document: StepDocument; path: string; parent: number; position: number }[] = [
    { document: job as StepDocument, path: '', parent: -1, position: 0 },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, parent, position } = next;
    let { document } = next;
    while (document.type === 'part') {
      document = parts[document.part] ?? { type: 'noop' };
    }
    const index = plan.length;
    const steps: number[] = [];
    const depth = (plan[parent]?.depth ?? -1) + 1;
    plan.push({ index, path, parent, position, depth, document, steps });
    children.push(steps);
    children[parent]?.push(index);
    if (!('steps' in document)) continue;
    for (let at = document.steps.length - 1; at >= 0; at -= 1) {
      const child = document.steps[at];
      if (child === undefined) continue;
      open.push({ document: child, path: pathOfStep(path, at), parent: index, position: at });
    }
  }
  return plan;
}
