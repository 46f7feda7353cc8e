import { fileURLToPath } from 'node:url';

/** The folder of the plugins that come with runstate. */
export const bundledPlugins: string = fileURLToPath(new URL('../../plugins', import.meta.url));
