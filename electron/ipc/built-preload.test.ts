import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import vm from 'node:vm';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { procedures, streams } from '../../shared/contract/contract';
import config from '../../vite.preload.config';

type Exposed = Record<'call' | 'open', Record<string, (input: unknown) => unknown>>;

describe('the preload, as it is built', () => {
  let folder: string;
  let text: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'signalbox-preload-'));
    await build({
      ...config,
      configFile: false,
      logLevel: 'error',
      build: { ...config.build, outDir: folder },
    });
    text = await readFile(path.join(folder, 'preload.cjs'), 'utf8');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('offers exactly what the contract names, and each calls the channel of its name alone', () => {
    const exposed: Record<string, Exposed> = {};
    const called: unknown[] = [];
    const electron = {
      contextBridge: {
        exposeInMainWorld: (name: string, value: Exposed) => Object.assign(exposed, { [name]: value }),
      },
      ipcRenderer: { invoke: (...args: unknown[]) => called.push(args) },
    };
    vm.runInNewContext(text, {
      require: (name: string) => (name === 'electron' ? electron : undefined),
      exports: {},
      module: { exports: {} },
    });
    expect(Object.keys(exposed)).toEqual(['signalbox']);
    expect(Object.keys(exposed.signalbox?.call ?? {})).toEqual(Object.keys(procedures));
    expect(Object.keys(exposed.signalbox?.open ?? {})).toEqual(Object.keys(streams));
    exposed.signalbox?.call['board.cells']?.({ after: null });
    expect(called).toEqual([['signalbox:call:board.cells', { after: null }]]);
  });

  it('holds the names alone, without a schema', () => {
    expect(text).not.toContain('zod');
    expect(text.length).toBeLessThan(8_000);
  });
});
