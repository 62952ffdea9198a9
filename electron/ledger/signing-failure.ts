import type { Failure } from '../../shared/domain/failure/failure';
import { hasTheKey } from '../systems/git/sign-commit';

const settings = { do: 'open-settings', label: 'Open settings' } as const;
const retry = { do: 'retry', label: 'Try again' } as const;

/** Why nothing was signed, by the words of Git, gpg (GnuPG's error texts) and ssh-keygen. The first that fits is told. */
const causes: readonly (readonly [RegExp, string, string])[] = [
  [
    /^No signature within/m,
    'Nothing answered in time. Something may be waiting for your passphrase, or for a touch of your key.',
    'Unlock your key (for example with ssh-add, or by signing once in a terminal), then try again.',
  ],
  [
    /unsupported value for gpg\.format|invalid value for .gpg\.format/i,
    'Your Git can’t sign with the format in gpg.format.',
    'Check gpg.format in your Git settings. SSH keys need Git 2.34 or newer.',
  ],
  [
    /user\.signingkey needs to be set|gpg\.ssh\.defaultKeyCommand/i,
    'Your Git settings name no key to sign with.',
    'Set user.signingkey in your Git settings.',
  ],
  [
    /cannot run |command not found|exec format error|failed to run/i,
    'The program that signs could not be started.',
    'Install it, or correct gpg.program or gpg.ssh.program in your Git settings.',
  ],
  [
    new RegExp(`^${hasTheKey}$`, 'm'),
    'gpg has your key and did not sign with it: most likely it is locked.',
    'Unlock your key (for example by signing once in a terminal), then try again.',
  ],
  [
    /agent refused|communication with agent failed|No pinentry|Inappropriate ioctl|No such device or address|Operation cancelled|Bad passphrase|incorrect passphrase|Screen or window too small|Timeout|passphrase/i,
    'Your key is locked, and Signalbox never asks for its passphrase itself.',
    'Unlock your key (for example with ssh-add, or by signing once in a terminal), then try again.',
  ],
  [
    /No secret key|secret key not available|No private key found|Couldn't load public key|No such file|no default secret key|skipped|Couldn't find key in agent|invalid format/i,
    'The key to sign with was not found.',
    'Check user.signingkey in your Git settings, and that your agent holds the key.',
  ],
];

/** What is told of a commit that could not be signed. @param detail what Git and its program said. */
export function signingFailure(detail: string): Pick<Failure, 'code' | 'message' | 'meaning' | 'next'> {
  const [, why, advice] = causes.find(([sign]) => sign.test(detail)) ?? [
    null,
    'The program that signs failed; the technical details say what it said.',
    'Sign once in a terminal (git commit -S) to see what it needs.',
  ];
  return {
    code: 'refused',
    message: 'The commit could not be signed.',
    meaning: `${why} Nothing was pushed: Signalbox never pushes unsigned commits while signing is switched on.`,
    next: [
      { do: 'advice', label: advice },
      retry,
      { ...settings, label: 'Test signing, or switch it off, in Settings' },
    ],
  };
}
