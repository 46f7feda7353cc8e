/**
 * Loads the reader of JEOL files when it is first needed.
 */
export function loadJeolConverter(): Promise<typeof import('jeolconverter')> {
  return load('jeolconverter', () => import('jeolconverter'));
}

/**
 * Loads the Fourier transform when it is first needed.
 */
export function loadSpectraProcessing(): Promise<typeof import('ml-spectra-processing')> {
  return load('ml-spectra-processing', () => import('ml-spectra-processing'));
}

/**
 * Loads peak detection and line fitting when they are first needed.
 */
export function loadGsd(): Promise<typeof import('ml-gsd')> {
  return load('ml-gsd', () => import('ml-gsd'));
}

/**
 * Opens an optional library, or says which package is missing.
 */
export async function load<Library>(name: string, open: () => Promise<Library>): Promise<Library> {
  try {
    return await open();
  } catch (cause) {
    throw new Error(
      `The plugin nmr needs the package '${name}', which could not be loaded. ` +
        `Install it with: npm install ${name}`,
      { cause },
    );
  }
}
