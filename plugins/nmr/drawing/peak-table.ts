import type { Peak } from '../schema.ts';
import { escapeXml } from './escape-xml.ts';
import { nucleusStyle, shiftText } from './nucleus-style.ts';

const style = `
body { font: 0.95rem/1.5 Helvetica, Arial, sans-serif; margin: 0.75rem 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #dde4ea; padding: 0.2rem 1.5rem 0.2rem 0; text-align: right; }
`;

const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;

/**
 * Lists the peaks of a spectrum as a table in HTML.
 */
export function peakTable(peaks: readonly Peak[], nucleus: string): string {
  const { label, decimals } = nucleusStyle(nucleus);
  const head = row([`δ(${escapeXml(label)}) / ppm`, 'intensity', 'width / Hz'], 'th');
  const rows = peaks.map(({ ppm, intensity, widthHz }) =>
    row([shiftText(ppm, decimals + 1), intensity.toFixed(3), widthHz.toFixed(1)], 'td'),
  );
  return `<style>${style}</style>
<table>
<thead>${head}</thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
`;
}
