import { IconExternalLink } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ask } from '../../data/call';

/** A link that the system's browser opens; only `https:` ones are links at all. */
export function ExternalLink({ url, children }: { url: string | null; children: ReactNode }) {
  if (!url?.startsWith('https://')) return <>{children}</>;
  return (
    <a
      href={url}
      rel="noreferrer"
      title={url}
      onClick={(event) => {
        event.preventDefault();
        void ask('shell.open-external', { url });
      }}
    >
      {children}
      <IconExternalLink
        size={12}
        aria-label="opens in the browser"
        style={{ marginLeft: 3, verticalAlign: -1 }}
      />
    </a>
  );
}
