import { generate } from 'selfsigned';

/** A CA of one practice estate and a server certificate by it, as PEM. Plain JSON, so that it can be kept. */
export interface Certificates {
  /** The CA's certificate: what a kubeconfig trusts. */
  ca: string;
  /** The CA's private key, for further server certificates. */
  caKey: string;
  cert: string;
  key: string;
}

const day = 24 * 3600 * 1000;
const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

async function makeAuthority(): Promise<Pick<Certificates, 'ca' | 'caKey'>> {
  const made = await generate([{ name: 'commonName', value: 'Signalbox practice CA' }], {
    ...common,
    notBeforeDate: new Date(Date.now() - day),
    notAfterDate: new Date(Date.now() + 3650 * day),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { ca: made.cert, caKey: made.private };
}

/**
 * Makes a CA and a certificate for `localhost`, `127.0.0.1` and `::1`; ECDSA P-256, about 10 ms.
 * @param options `from`/`until` make certificates that have expired or are not valid yet; `authority` signs by a CA
 * that is there already; `names` takes the place of the usual subject alternative names.
 */
export async function makeCertificates(
  options: {
    from?: Date;
    until?: Date;
    authority?: Pick<Certificates, 'ca' | 'caKey'>;
    names?: readonly string[];
  } = {},
): Promise<Certificates> {
  // A day back: the clock of whoever checks may be behind ours.
  const notBeforeDate = options.from ?? new Date(Date.now() - day);
  const notAfterDate = options.until ?? new Date(Date.now() + 365 * day);
  const authority = options.authority ?? (await makeAuthority());
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    notBeforeDate,
    notAfterDate,
    ca: { cert: authority.ca, key: authority.caKey },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      {
        name: 'subjectAltName',
        altNames: options.names
          ? options.names.map((value) => ({ type: 2 as const, value }))
          : [
              { type: 2, value: 'localhost' },
              { type: 7, ip: '127.0.0.1' },
              { type: 7, ip: '::1' },
            ],
      },
    ],
  });
  return { ca: authority.ca, caKey: authority.caKey, cert: server.cert, key: server.private };
}
