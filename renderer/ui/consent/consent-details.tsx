import type { ConsentRequest } from '../../../shared/domain/estate/consent';
import { Fact } from '../layout/fact';
import { CopyButton } from '../text/copy-button';
import classes from './consent.module.css';

const uses = { token: 'token', certificate: 'certificate', key: 'private key' } as const;

/** All that a kubeconfig demands of this computer: nothing of it is shortened, since it is what is being allowed. */
export function ConsentDetails({ request }: { request: ConsentRequest }) {
  const { command, programs, files, server, proxy, insecure, kubeconfig, context } = request;
  return (
    <>
      {command !== null && (
        <div className={classes.command}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by the keyboard */}
          <section tabIndex={0} aria-label="Command">
            <pre>{command}</pre>
          </section>
          <CopyButton text={command} label="Copy the command" />
        </div>
      )}
      <dl className={classes.facts}>
        {programs.length > 0 && (
          <Fact name="Programs it runs">
            {programs.map((path) => (
              <p key={path} className="mono">
                {path}
              </p>
            ))}
          </Fact>
        )}
        {files.map(({ use, path }) => (
          <Fact key={`${use} ${path}`} name={`Reads your ${uses[use]}`}>
            <span className="mono">{path}</span>
          </Fact>
        ))}
        <Fact name="Credentials go to">
          <span className="mono">{server}</span>
          {proxy !== null && (
            <p>
              through the proxy <span className="mono">{proxy}</span>
            </p>
          )}
          {insecure && (
            <p className={classes.unsafe}>
              This server’s certificate is not checked: anyone on the network path can read them.
            </p>
          )}
        </Fact>
        <Fact name="Kubeconfig">
          <span className="mono">{kubeconfig}</span>, context <span className="mono">{context}</span>
        </Fact>
      </dl>
    </>
  );
}
