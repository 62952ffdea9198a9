import { type ReactNode, useState } from 'react';
import type { Failure } from '../../../shared/domain/failure/failure';
import { useCloseEstate, useOpenEstate, useOpenEstateFile } from '../../data/estate-queries';
import { Logo } from '../layout/logo';
import classes from './estate.module.css';
import { LeaveDialog } from './leave-dialog';

type Wish = { do: 'open'; key: string; name: string } | { do: 'open-file' } | { do: 'close' };

/**
 * Opens another estate, in the place of the one that is open. `parts` belong into the page: the question before something
 * is left in the middle, and what is shown while the other one opens.
 */
export function useSwitchEstate(): {
  wish: (wish: Wish) => void;
  busy: boolean;
  /** Why it was not opened; a question is not told here. */
  failure: Failure | null;
  parts: ReactNode;
} {
  const open = useOpenEstate();
  const openFile = useOpenEstateFile();
  const close = useCloseEstate();
  const [asked, setAsked] = useState<Wish | null>(null);
  const act = (wish: Wish, anyway: boolean): void => {
    setAsked(wish);
    if (wish.do === 'open') open.mutate({ key: wish.key, anyway });
    else if (wish.do === 'open-file') openFile.mutate({ anyway });
    else close.mutate({ anyway });
  };
  const used = { open, 'open-file': openFile, close }[asked?.do ?? 'open'];
  const failure = used.error?.failure ?? null;
  const question = failure?.code === 'busy' ? failure : null;
  const opening = open.isPending ? open.variables : null;
  return {
    wish: (wish) => act(wish, false),
    busy: open.isPending || openFile.isPending || close.isPending,
    failure: question ? null : failure,
    parts: (
      <>
        <LeaveDialog
          failure={question}
          onStay={() => used.reset()}
          onLeave={() => {
            if (asked) act(asked, true);
          }}
        />
        {opening !== null && asked?.do === 'open' && (
          <div className={classes.cover} role="status">
            <Logo size={40} />
            Opening {asked.name}…
          </div>
        )}
      </>
    ),
  };
}
