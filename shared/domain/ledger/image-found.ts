/** What a registry said of the image of a version. */
export type ImageFound =
  /**
   * It is there. `digest` is the tag's: of the index where the image is one of several platforms. `name`: registry,
   * repository and tag.
   */
  | { state: 'there'; name: string; digest: string; kind: 'index' | 'manifest' }
  /** The registry has none; `because` in a sentence. */
  | { state: 'missing'; name: string; because: string }
  /** It could not be asked; `because` in a sentence. Never the same as `there`. */
  | { state: 'unknown'; name: string; because: string };
