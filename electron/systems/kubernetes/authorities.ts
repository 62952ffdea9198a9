import { readFile } from 'node:fs/promises';
import tls from 'node:tls';

/** Where systems keep the authorities that they trust (Go `crypto/x509/root_linux.go`, `root_bsd.go`, in its order). */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

let known: Promise<string[]> | undefined;

/**
 * The authorities that this computer trusts, for a kubeconfig that names none: kubectl asks the system, which knows a
 * company's own, while Node (and with it client-node) trusts a list of its own alone, and Node 20 cannot ask.
 * `SSL_CERT_FILE` takes the bundle's place, as in Go.
 */
export function systemAuthorities(environment: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const load = async (): Promise<string[]> => {
    // Node 22.15 and later ask macOS and Windows, too.
    const ask = (tls as { getCACertificates?: (type: 'system' | 'extra') => string[] }).getCACertificates;
    const asked = ask ? [...ask('system'), ...ask('extra')] : [];
    const files = environment.SSL_CERT_FILE ? [environment.SSL_CERT_FILE] : bundles;
    for (const file of files) {
      // Each system has one of these files; the others are not there.
      const text = await readFile(file, 'utf8').catch(() => null);
      if (text !== null) return [...tls.rootCertificates, ...asked, text];
    }
    return [...tls.rootCertificates, ...asked];
  };
  if (environment !== process.env) return load();
  known ??= load();
  return known;
}
