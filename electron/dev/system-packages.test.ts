import { describe, expect, it } from 'vitest';
import { availablePackages, missingLateLibraries, missingLibraries } from './system-packages';

describe('missing libraries', () => {
  it('are those that ldd did not find', () => {
    const output =
      '\tlibnss3.so => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n\tlibgbm.so.1 => not found\n';
    expect(missingLibraries(output)).toEqual(['libnss3.so', 'libgbm.so.1']);
  });

  it('are those opened later that ldconfig does not list', () => {
    expect(missingLateLibraries('\tlibgtk-3.so.0 (libc6,x86-64) => /lib/libgtk-3.so.0\n')).toEqual([]);
    expect(missingLateLibraries('\tlibc.so.6 (libc6,x86-64) => /lib/libc.so.6\n')).toEqual(['libgtk-3.so.0']);
  });
});

describe('package names', () => {
  const policy = (name: string, candidate: string) =>
    `${name}:\n  Installed: (none)\n  Candidate: ${candidate}\n  Version table:\n`;
  const needs = [['libasound2t64', 'libasound2'], ['libnss3']];

  it('are those that this system offers', () => {
    const newer =
      policy('libasound2t64', '1.2.14-1') + policy('libasound2', '(none)') + policy('libnss3', '3.110');
    expect(availablePackages(newer, needs)).toEqual(['libasound2t64', 'libnss3']);
    const older = policy('libasound2', '1.2.8-1') + policy('libnss3', '3.87');
    expect(availablePackages(older, needs)).toEqual(['libasound2', 'libnss3']);
  });

  it('are the plain ones where apt knows nothing yet', () => {
    expect(availablePackages('', needs)).toEqual(['libasound2', 'libnss3']);
  });
});
