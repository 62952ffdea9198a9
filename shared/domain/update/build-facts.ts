/** What a build tells of how it came to this computer. */
export interface BuildFacts {
  /** A checkout is none. */
  packaged: boolean;
  /** As Node names it. */
  platform: string;
  /** Whether the package names where newer ones lie (electron-builder's `app-update.yml`). */
  hasSource: boolean;
  /** Whether it holds the key by which its makers sign versions. */
  hasKey: boolean;
  /** Whose package of the system it is (electron-builder's `package-type`); `null`: none. */
  packageType: string | null;
  /** Whether it was started from an AppImage. */
  isAppImage: boolean;
  /** Whether this person may put another file in its place. */
  isWritable: boolean;
}

/**
 * Whether a build can look for newer versions, and why it can't put one in its own place (`null`: it can). The first
 * reason counts: it is what a person has to know.
 */
export function updateAbility(build: BuildFacts): { canLook: boolean; cannot: string | null } {
  if (!build.packaged)
    return { canLook: false, cannot: 'Signalbox runs from a checkout here. Update it with Git.' };
  if (!build.hasSource)
    return {
      canLook: false,
      cannot: 'This build doesn’t know where newer versions are. Get them where you got this one.',
    };
  if (build.packageType !== null)
    return {
      canLook: true,
      cannot: `Signalbox was installed as a ${build.packageType} package. Install the newer package the same way.`,
    };
  if (build.platform === 'linux' && !build.isAppImage)
    return {
      canLook: false,
      cannot: 'Signalbox runs from an unpacked folder here. Get newer versions where you got this one.',
    };
  if (!build.hasKey)
    return {
      canLook: true,
      cannot:
        'This build is not signed, so it can’t tell whether a newer version is genuine. Install newer versions by hand.',
    };
  if (!build.isWritable)
    return {
      canLook: true,
      cannot:
        'Signalbox can’t replace itself: you may not write to the folder that it is in. Ask whoever installed it, or move it to a folder of yours.',
    };
  return { canLook: true, cannot: null };
}
