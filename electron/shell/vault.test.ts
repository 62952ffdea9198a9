import { expect, it } from 'vitest';
import { memoryFile, testKeychain } from './testing/keychain';
import { openVault } from './vault';

const secret = 'ghp_planted0123456789';

it('keeps secrets encrypted, and gives them back at the next start', () => {
  const [file, keychain] = [memoryFile(), testKeychain()];
  const vault = openVault(file, keychain, 'linux');
  vault.set('github', secret);
  expect([vault.get('github'), vault.isHeld('github')]).toEqual([secret, false]);
  expect(String(file.get('github'))).not.toContain(secret);
  expect(Buffer.from(String(file.get('github')), 'base64').toString('latin1')).not.toContain(secret);
  expect(openVault(file, keychain, 'linux').get('github')).toBe(secret);
});

it.each(['basic_text', 'unknown', 'none at all'])(
  'holds secrets for this run and writes nothing where the keychain is %s',
  (backend) => {
    const file = memoryFile();
    const keychain = { ...testKeychain(), isThere: backend !== 'none at all' };
    keychain.getSelectedStorageBackend = () => backend;
    const vault = openVault(file, keychain, 'linux');
    expect(vault.unavailableBecause()).toMatch(/until Signalbox quits/);
    vault.set('github', secret);
    expect([vault.get('github'), vault.isHeld('github')]).toEqual([secret, true]);
    expect(file.names()).toEqual([]);
    expect(openVault(file, keychain, 'linux').get('github')).toBeNull();
    vault.set('github', null);
    expect(vault.get('github')).toBeNull();
  },
);

it('keeps what was saved while the keychain is away, and reads it when it is back', () => {
  const [file, keychain] = [memoryFile(), testKeychain()];
  openVault(file, keychain, 'linux').set('github', secret);
  keychain.isThere = false;
  expect(openVault(file, keychain, 'linux').get('github')).toBeNull();
  keychain.isThere = true;
  expect(openVault(file, keychain, 'linux').get('github')).toBe(secret);
});

it('takes what another keychain encrypted as not there', () => {
  const [file, keychain] = [memoryFile(), testKeychain()];
  file.set({ github: 'AAAA' });
  keychain.decryptString = () => {
    throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.');
  };
  expect(openVault(file, keychain, 'linux').get('github')).toBeNull();
});

it('forgets everything at once', () => {
  const [file, keychain] = [memoryFile(), testKeychain()];
  const vault = openVault(file, keychain, 'linux');
  vault.set('one', secret);
  keychain.isThere = false;
  vault.set('two', secret);
  vault.clear();
  keychain.isThere = true;
  expect([vault.get('one'), vault.get('two'), file.names()]).toEqual([null, null, []]);
});
