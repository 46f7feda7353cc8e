/** Where a figure's `save` writes itself; a Node stream. */
export interface FigureSink {
  write(chunk: string | Uint8Array): boolean;
  end(): unknown;
}

/** A figure of a plotting library that can write itself down. */
export interface SavableFigure {
  /**
   * Writes the figure to `sink` (SVG, HTML or a picture) before it returns or before the promise that
   * it returns resolves; or gives the text or the bytes; or gives `sink`, and ends it later.
   */
  save(sink: FigureSink): unknown;
}

/**
 * One figure: SVG or HTML text, the bytes of a PNG (a JPEG, GIF or WebP, an SVG or HTML file too), or
 * anything with a `save` method.
 */
export type Figure = string | Uint8Array | SavableFigure;

/**
 * Figures for people: given as a payload, they become one HTML page that needs no other file, and
 * the payload becomes the page's path (LUTE's `ElogSummaryPlots`).
 *
 * @example
 * ```ts
 * context.payload({ displayName: 'scans/my_motor_scan', figures: { 'peak position': svg } });
 * // <results>/scans/my_motor_scan/report.html
 * ```
 */
export interface SummaryPlots {
  /** What the page is called; the parts before the last `/` are the tabs it stands under. */
  readonly displayName: string;
  /** One figure, several, or several by their titles. */
  readonly figures: Figure | readonly Figure[] | Readonly<Record<string, Figure>>;
}

/** Whether a value is meant to become a report: it has a `displayName` and `figures`. */
export function isSummaryPlots(value: unknown): value is SummaryPlots {
  return (
    typeof value === 'object' &&
    value !== null &&
    'displayName' in value &&
    typeof value.displayName === 'string' &&
    'figures' in value &&
    value.figures !== undefined
  );
}

/** What an output is once its reports are written: each became its path. */
export type ReportPaths<T> = T extends SummaryPlots
  ? string
  : T extends readonly unknown[]
    ? { [K in keyof T]: T[K] extends SummaryPlots ? string : T[K] }
    : T;
