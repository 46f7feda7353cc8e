import { isUint8Array } from 'node:util/types';
import { RunstateError } from '../../kernel/errors.ts';
import { messageOf } from '../../kernel/task-error.ts';
import type { Figure, SavableFigure } from '../../wire/summary-plots.ts';
import { drawFigure } from './drawn-figure.ts';
import type { CleanText } from './drawn-figure.ts';
import type { PlannedReport } from './plan-reports.ts';
import type { PageFigure } from './report-page.ts';
import { savedFigure } from './save-figure.ts';

const expected = 'must be SVG or HTML text, the bytes of a PNG, or something with a `save` method';

const isSavable = (figure: unknown): figure is SavableFigure =>
  typeof figure === 'object' &&
  figure !== null &&
  'save' in figure &&
  typeof figure.save === 'function';

const isFigure = (value: unknown): boolean =>
  typeof value === 'string' || isUint8Array(value) || isSavable(value);

const numberedTitle = (index: number): string => `Figure ${index + 1}`;

type Titled = readonly [title: string | null, figure: Figure];

/** Every figure with its title; those of a list of several are numbered. */
function titled({ figures }: PlannedReport): readonly Titled[] {
  if (Array.isArray(figures)) {
    const list = figures as readonly Figure[];
    return list.map((figure, index) => [list.length > 1 ? numberedTitle(index) : null, figure]);
  }
  if (isFigure(figures)) return [[null, figures as Figure]];
  return typeof figures === 'object' && figures !== null ? Object.entries(figures) : [];
}

/**
 * Brings a report's figures into a form that its page can show. What a figure is at this moment
 * counts: bytes are copied and `save` is called before this returns.
 *
 * @throws {@link RunstateError} `REPORT_FIGURE_INVALID`, naming the figure
 */
export async function drawReport(
  report: PlannedReport,
  cleaned: CleanText,
): Promise<readonly PageFigure[]> {
  const figures = titled(report);
  if (figures.length === 0) throw figureError(report, 'The figures', `hold none: each ${expected}`);
  return Promise.all(
    figures.map(async ([title, figure], index) => {
      const which = nameOf(title, index);
      const drawn = drawFigure(await textOrBytes(report, which, figure), cleaned);
      if (drawn === null)
        throw figureError(report, which, `is none that a page can show: it ${expected}`);
      return { title: title === null ? null : cleaned(title), drawn };
    }),
  );
}

async function textOrBytes(
  report: PlannedReport,
  which: string,
  figure: unknown,
): Promise<string | Uint8Array> {
  if (typeof figure === 'string') return figure;
  if (isUint8Array(figure)) return new Uint8Array(figure);
  if (!isSavable(figure)) throw figureError(report, which, expected);
  try {
    return await savedFigure(figure);
  } catch (cause) {
    throw figureError(report, which, `could not be saved: ${messageOf(cause)}`, cause);
  }
}

function nameOf(title: string | null, index: number): string {
  if (title === null) return 'The figure';
  const numbered = numberedTitle(index);
  return title === numbered ? numbered : `${numbered} (${title})`;
}

const figureError = (
  { name }: PlannedReport,
  which: string,
  problem: string,
  cause?: unknown,
): RunstateError => new RunstateError('REPORT_FIGURE_INVALID', [which, name, problem], { cause });
