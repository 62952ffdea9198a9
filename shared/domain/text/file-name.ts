/** Names that Windows keeps for devices, whatever their ending (Microsoft, "Naming Files, Paths, and Namespaces"). */
const reserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
/** What no system takes in a name, or takes for a path; and all that is not seen. */
const forbidden = /[/\\:*?"<>|]|\p{C}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/gu;
/** UTF-16 units: with an ending and three bytes each still below the 255 bytes that file systems take. */
const longest = 80;

/** A text as the name of a file, without its ending: never a path, never empty, the same on every system. */
export function asFileName(text: string): string {
  const name = text
    .toWellFormed()
    .replace(forbidden, '-')
    .slice(0, longest)
    .toWellFormed()
    .replace(/^[\s.-]+|[\s.]+$/g, '');
  if (name === '') return 'signalbox';
  return reserved.test(name) ? `${name.replace('.', '-')}-` : name;
}
