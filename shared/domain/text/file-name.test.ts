import { describe, expect, it } from 'vitest';
import { asFileName } from './file-name';

describe('a suggested name of a file', () => {
  it.each([
    ['GOV.UK history', 'GOV.UK history'],
    ['../../etc/passwd', 'etc-passwd'],
    ['/etc/cron.d/x', 'etc-cron.d-x'],
    ['C:\\Windows\\x', 'C--Windows-x'],
    ['..', 'signalbox'],
    ['', 'signalbox'],
    ['a\u0000b\nc', 'a-b-c'],
    ['gnp.exe\u202egpj', 'gnp.exe-gpj'],
    ['\ud800x', '\ufffdx'],
    ['nul', 'nul-'],
    ['CON.log', 'CON-log-'],
    ['عربي', 'عربي'],
    ['trailing. ', 'trailing'],
  ])('%j is %j', (text, name) => {
    expect(asFileName(text)).toBe(name);
  });

  it('fits every file system', () => {
    const name = asFileName('界'.repeat(500));
    expect(Buffer.byteLength(`${name}.json`)).toBeLessThan(255);
    expect(asFileName(`${'x'.repeat(79)}😀`).isWellFormed()).toBe(true);
  });
});
