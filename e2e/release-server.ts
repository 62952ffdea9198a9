import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';
import { signList } from '../electron/dev/sign-release';

/** A release as a test wants it offered. */
interface Offer {
  version: string;
  /** HTML, as GitHub's feed brings it. */
  notes?: string;
  /** What is served as the AppImage. */
  program: string;
  /** `other`: by somebody who has not the makers' key. */
  signed?: 'makers' | 'other' | 'not';
  /** Whether what is served is something else than what the list names. */
  damaged?: boolean;
  /** Percent of computers. */
  staging?: number;
}

/** A server of releases on this computer, in the form that electron-updater's generic provider reads. */
export interface ReleaseServer {
  url: string;
  /** The makers' public key, as packaging takes it. */
  key: string;
  offer(offer: Offer): void;
  /** Answers everything with an error of the server from now on. */
  fail(): void;
  /** What was asked for: path and headers. */
  asked(): readonly { path: string; headers: Readonly<Record<string, unknown>> }[];
  close(): Promise<void>;
}

export async function startReleaseServer(): Promise<ReleaseServer> {
  const makers = generateKeyPairSync('ed25519');
  const others = generateKeyPairSync('ed25519');
  const pem = (key: typeof makers): string =>
    key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const asked: { path: string; headers: Record<string, unknown> }[] = [];
  let served: { list: string; name: string; program: string } | null = null;
  const server = createServer(({ url = '', headers }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    asked.push({ path, headers });
    if (!served) response.writeHead(500).end();
    else if (path === '/latest-linux.yml') response.end(served.list);
    else if (path === `/${served.name}`) response.end(served.program);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: makers.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    offer({ version, notes, program, signed = 'makers', damaged = false, staging }) {
      const name = `Signalbox-${version}.AppImage`;
      const list = stringify({
        version,
        files: [
          {
            url: name,
            sha512: createHash('sha512').update(program).digest('base64'),
            size: Buffer.byteLength(program),
          },
        ],
        releaseDate: '2026-12-01T00:00:00.000Z',
        ...(notes === undefined ? {} : { releaseNotes: notes }),
        ...(staging === undefined ? {} : { stagingPercentage: staging }),
      });
      served = {
        list: signed === 'not' ? list : signList(list, pem(signed === 'makers' ? makers : others)),
        name,
        program: damaged ? program.replace(/.$/s, '!') : program,
      };
    },
    fail() {
      served = null;
    },
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
