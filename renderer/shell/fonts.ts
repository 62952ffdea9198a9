/** The families of theme.css. */
const families = ['Inter', 'JetBrains Mono'];

/**
 * Resolves once the window's fonts are there, or after `atMost` milliseconds without them: text that is drawn in another
 * font first moves when its own arrives (developer.mozilla.org, FontFaceSet.load).
 */
export async function fontsLoaded(atMost: number): Promise<void> {
  const loading = Promise.allSettled(families.map((family) => document.fonts.load(`1em "${family}"`)));
  await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, atMost))]);
}
