/** What a parser would complain about in an XML text; undefined if it is well-formed. */
export function xmlComplaint(text: string): string | undefined {
  const open: string[] = [];
  const body = text.replace(/^<\?xml [^?]*\?>\s*/, '');
  const pattern = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let end = 0;
  for (const match of body.matchAll(pattern)) {
    const [whole, close, name = '', attributes = '', empty, characters = ''] = match;
    end = match.index + whole.length;
    const loose = /&(?!(?:amp|lt|gt|quot|apos|#\d+);)/.exec(attributes + characters);
    if (loose !== null) return `loose & in ${whole}`;
    const names = [...attributes.matchAll(/([\w:-]+)=/g)].map((attribute) => attribute[1]);
    if (new Set(names).size !== names.length) return `an attribute twice in ${whole}`;
    if (characters !== '' || empty === '/') continue;
    if (close !== '/') open.push(name);
    else if (open.pop() !== name) return `</${name}> closes nothing`;
  }
  if (end !== body.length) return `no markup: ${body.slice(end, end + 40)}`;
  return open.length === 0 ? undefined : `<${open.at(-1)}> is not closed`;
}
