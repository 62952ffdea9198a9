import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Licences } from '../../../shared/domain/licences/licences';
import { count } from '../../../shared/domain/text/count';
import { useLicences, useLicenceText, useSaveBill } from '../../data/about-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Empty } from '../../ui/layout/panel';
import classes from './licences-screen.module.css';

type Package = Licences['packages'][number];

/** What others wrote that is shipped in this build, and under which licences. */
export function LicencesScreen() {
  const licences = useLicences();
  const save = useSaveBill();
  const [sought, setSought] = useState('');
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const found = (licences.data ?? []).filter(({ name, version, licence }) => {
    const text = `${name} ${version} ${licence}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>Licences</h1>
        <p>
          What is shipped in this build. Electron, with Chromium and Node.js, is under the MIT licence; the
          licences of all that is in it lie beside the program, in LICENSES.chromium.html.
        </p>
      </header>
      {licences.error && (
        <FailurePanel failure={licences.error.failure} onRetry={() => void licences.refetch()} />
      )}
      {licences.data === null && (
        <Empty title="A checkout ships nothing">
          An installed Signalbox lists here what is shipped in it. Of a checkout, package-lock.json says it.
        </Empty>
      )}
      {licences.data && (
        <>
          <div className={classes.tools}>
            <TextInput
              size="sm"
              type="search"
              aria-label="Search licences"
              placeholder="Name or licence"
              value={sought}
              onChange={(event) => setSought(event.currentTarget.value)}
            />
            <p role="status">{count(found.length, 'package')}</p>
            <Button size="sm" variant="default" loading={save.isPending} onClick={() => save.mutate()}>
              Save the bill of materials…
            </Button>
            {save.data?.saved && <p role="status">Saved as {save.data.saved} (CycloneDX).</p>}
          </div>
          {save.error && <FailurePanel failure={save.error.failure} />}
          <ul className={classes.list} aria-label="Packages">
            {found.map((one) => (
              <Row key={`${one.name}@${one.version}`} {...one} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Row({ name, version, licence, text }: Package) {
  const [open, setOpen] = useState(false);
  const full = useLicenceText(text, open);
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span>{name}</span> <span className={classes.quiet}>{version}</span>{' '}
          <span className={classes.quiet}>{licence}</span>
        </summary>
        {full.error && <FailurePanel failure={full.error.failure} />}
        {full.data && <pre className={classes.text}>{full.data.text}</pre>}
      </details>
    </li>
  );
}
