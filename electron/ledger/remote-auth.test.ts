import { describe, expect, it } from 'vitest';
import { basicAuth } from './remote-auth';

const credentials = { username: 'x-access-token', password: 'secret' };

describe('the credentials of the release repo', () => {
  it('go to the origin of its address alone', () => {
    expect(basicAuth('https://git.example.org/o/r.git', credentials)?.origin).toBe('https://git.example.org');
    expect(basicAuth('git@git.example.org:o/r.git', credentials)).toBeNull();
    expect(basicAuth('https://git.example.org/o/r.git', null)).toBeNull();
  });
  it('never travel in the clear, except within this machine', () => {
    expect(basicAuth('http://git.example.org/o/r.git', credentials)).toBeNull();
    expect(basicAuth('http://127.0.0.1.example.org/o/r.git', credentials)).toBeNull();
    for (const host of ['127.0.0.1:8080', 'localhost', '[::1]:8080'])
      expect(basicAuth(`http://${host}/o/r.git`, credentials)).not.toBeNull();
  });
});
