/** How a report looks. Figures stand on white also where the screen is dark: most are drawn for it. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1b2733; --soft: #5b6b7b; --line: #d5dde5; --page: #f5f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --soft: #9aa8b6; --line: #33404d; --page: #151b21; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1.5rem 2rem 3rem; background: var(--page);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
header { border-bottom: 1px solid var(--line); margin-bottom: 1.5rem; padding-bottom: 1rem; }
h1 { font-size: 1.6rem; font-weight: 600; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
.tabs { color: var(--soft); margin: 0 0 .25rem; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: .75rem 0 0; }
dl div { display: flex; gap: .4rem; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
figure { margin: 0 0 1.75rem; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .5rem; overflow-wrap: anywhere; }
.paper { background: #fff; color-scheme: light; border: 1px solid var(--line); border-radius: .5rem; overflow: auto; }
img { display: block; height: auto; margin: 0 auto; max-width: 100%; padding: .5rem; }
iframe { background: #fff; border: 0; display: block; height: 24rem; width: 100%; }
`;

/**
 * Gives each frame the height that its content asks for. A frame may ask a few times, as what it
 * draws grows; one that grows with its own frame would ask for ever.
 */
export const frameScript = `
const left = new Map();
addEventListener('message', ({ source, data }) => {
  const frame = [...document.querySelectorAll('iframe')].find((one) => one.contentWindow === source);
  const asked = Number(data?.reportFrameHeight);
  const times = left.get(frame) ?? 8;
  if (frame === undefined || !(asked > 0) || times === 0) return;
  left.set(frame, times - 1);
  frame.style.height = Math.min(Math.max(Math.ceil(asked), 48), 6000) + 'px';
});
`;

/** Put at the end of an HTML figure: tells the page around it how high the content is. */
export const frameContentScript = `<script>
{
  const tell = () => {
    const { documentElement: root, body } = document;
    const reportFrameHeight = Math.max(root.getBoundingClientRect().height, body?.scrollHeight ?? 0);
    parent.postMessage({ reportFrameHeight }, '*');
  };
  addEventListener('load', tell);
  new ResizeObserver(tell).observe(document.documentElement);
}
</script>`;

/** Put before an HTML figure that is only a piece of a page. */
export const fragmentStyle =
  '<style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 1rem; }</style>';
