import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { estateSchema } from '../../shared/domain/estate/estate';
import { commitFiles, makeEstate, type TestEstate, writerToken } from '../ledger/testing/release-repo';
import { noLog } from '../log/log';
import { initBare } from '../systems/git/init';
import { runGit } from '../systems/git/run-git';
import { openSources } from './open-sources';

let here: TestEstate;
let elsewhere: TestEstate;
const closing: (() => void)[] = [];

beforeEach(async () => {
  here = await makeEstate({ 'README.md': 'release\n' });
  elsewhere = await makeEstate({ 'README.md': 'release\n' });
  for (const { folder } of [here, elsewhere]) {
    const gitDir = join(folder, 'repos', 'demo', 'frontend.git');
    await initBare(gitDir, 'main');
    await runGit(['tag', 'v7', await commitFiles(gitDir, { 'app.rb': '1\n' })], { gitDir });
  }
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await here.close();
  await elsewhere.close();
});

const open = (sources?: { urlTemplate: string }) => {
  const estate = estateSchema.parse({
    name: 'test',
    ledger: { url: here.url },
    environments: [{ name: 'production' }],
    ...(sources ? { sources } : {}),
  });
  const opened = openSources({
    estate,
    github: null,
    dir: here.folder,
    log: noLog,
    ledgerCredentials: async () => ({ username: 'x', password: writerToken }),
  });
  if (opened) closing.push(opened.close);
  return opened?.sources ?? null;
};

it('source repos without GitHub are read over plain Git, with the credentials of the host that they share', async () => {
  const sources = open({ urlTemplate: `${here.server.url}/demo/{app}.git` });
  expect((await sources?.candidates('frontend', '', 5))?.listed[0]).toMatchObject({ name: 'v7' });
});

it('the ledger’s credentials go to no other host', async () => {
  const sources = open({ urlTemplate: `${elsewhere.server.url}/demo/{app}.git` });
  await expect(sources?.candidates('frontend', '', 5)).rejects.toThrow('refused the sign-in');
});

it('an estate that names none has none', () => {
  expect(open()).toBeNull();
});
