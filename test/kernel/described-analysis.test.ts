import { describe, expect, it } from 'vitest';
import { luteAnalysis } from '../../src/kernel/described-analysis.ts';
import type { DescribedAnalysis } from '../../src/kernel/described-analysis.ts';
import { summaryText } from '../../src/kernel/summary-text.ts';

describe('summaryText', () => {
  it.each([
    ['two of five frames', 'two of five frames'],
    [{ a: 1, b: 2 }, 'a: 1;b: 2'],
    [{ run: 12, note: 'dark', ok: true, peak: null }, 'run: 12;note: dark;ok: true;peak: null'],
    [{ range: [1, 2], unit: { x: 'mm' } }, 'range: [1,2];unit: {"x":"mm"}'],
    [['plain', { a: 1 }, 'text'], 'plain;a: 1;text'],
    [[1, [2, 3], null], '1;[2,3];null'],
    [[], ''],
    [{}, ''],
    ['', ''],
    [null, ''],
    [undefined, ''],
    [0, '0'],
    [false, 'false'],
  ])('writes %j as %j', (summary, text) => {
    expect(summaryText(summary)).toBe(text);
  });
});

describe('luteAnalysis', () => {
  const described: DescribedAnalysis = {
    taskResult: {
      taskId: 3,
      taskName: 'nmr.reduce',
      taskStatus: 'completed',
      summary: { peaks: 12 },
      payload: ['/results/a/report.html', '/results/b/report.html'],
      implSchemas: ['nexus', 'peaks'],
      error: null,
      teardown: 'done',
      times: { submittedAt: 1, startedAt: 2, endedAt: 3 },
      attempts: 1,
    },
    taskParameters: { file: 'a.jdf' },
    taskEnv: { LANG: 'C' },
    pollInterval: 0,
    communicatorDesc: ['inline runner'],
  };

  it('has the names and text forms of LUTE', () => {
    expect(luteAnalysis(described)).toEqual({
      task_result: {
        task_name: 'nmr.reduce',
        task_status: 'COMPLETED',
        summary: 'peaks: 12',
        payload: '/results/a/report.html;/results/b/report.html',
        impl_schemas: 'nexus;peaks',
      },
      task_parameters: { file: 'a.jdf' },
      task_env: { LANG: 'C' },
      poll_interval: 0,
      communicator_desc: ['inline runner'],
    });
  });

  it.each([[[1, 2]], [{ y: 25 }], [null], [[]], [['text', 1]]])(
    'leaves a payload that is no list of texts as it is: %j',
    (payload) => {
      const taskResult = { ...described.taskResult, payload, implSchemas: null };
      expect(luteAnalysis({ ...described, taskResult }).task_result).toMatchObject({
        payload,
        impl_schemas: null,
      });
    },
  );
});
