import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hasDisplay, withDisplay } from './display';

const xvfb = '/usr/bin/Xvfb';
const socketOf = (display: string | undefined) => `/tmp/.X11-unix/X${display?.slice(1)}`;

beforeEach(() => {
  vi.stubEnv('DISPLAY', undefined);
  vi.stubEnv('WAYLAND_DISPLAY', undefined);
});
afterEach(() => vi.unstubAllEnvs());

it('gives two at once a virtual display each, and takes them away again', async (context) => {
  if (!existsSync(xvfb)) context.skip(`${xvfb} is not installed`);
  const names = await withDisplay((one) =>
    withDisplay(async (other) => {
      const both = [one.DISPLAY, other.DISPLAY];
      for (const name of both) expect(existsSync(socketOf(name))).toBe(true);
      return both;
    }),
  );
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(existsSync(socketOf(name))).toBe(false);
});

it('takes the virtual display away after a failure, too', async (context) => {
  if (!existsSync(xvfb)) context.skip(`${xvfb} is not installed`);
  let name: string | undefined;
  const work = withDisplay(async ({ DISPLAY }) => {
    name = DISPLAY;
    throw new Error('the work failed');
  });
  await expect(work).rejects.toThrow('the work failed');
  expect(name).toMatch(/^:\d+$/);
  expect(existsSync(socketOf(name))).toBe(false);
});

it('uses the display that is there', async () => {
  vi.stubEnv('DISPLAY', ':5');
  expect(hasDisplay()).toBe(true);
  expect(await withDisplay(async (environment) => environment)).toEqual({});
});
