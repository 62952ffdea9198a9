/** How a YAML text is written in bytes. */
export type YamlEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/**
 * Which encoding go-yaml takes bytes for: by their byte order mark, else UTF-8 (v2 `readerc.go`,
 * `yaml_parser_determine_encoding`). UTF-16 is what PowerShell's `>` writes on Windows.
 */
export function yamlEncoding(bytes: Uint8Array): YamlEncoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/**
 * The text of bytes, a byte order mark kept; `null` where they are none: go-yaml reads nothing of them then, neither of
 * half a pair of surrogates nor of an odd byte at the end.
 */
export function decodeYaml(bytes: Uint8Array): { text: string; encoding: YamlEncoding } | null {
  const encoding = yamlEncoding(bytes);
  try {
    return { text: new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes), encoding };
  } catch {
    // Bytes that are no text in this encoding: the caller is told by `null`.
    return null;
  }
}

/** The bytes of a text, as {@link decodeYaml} reads them. */
export function encodeYaml(text: string, encoding: YamlEncoding): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  const bytes = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at += 1)
    bytes.setUint16(at * 2, text.charCodeAt(at), encoding === 'utf-16le');
  return new Uint8Array(bytes.buffer);
}
