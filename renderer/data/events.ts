import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { bridge } from './bridge';
import { Refresher } from './refresher';

/** Keeps every query in step with the main process for as long as the window lives; reopens a broken stream. */
export function useChangeEvents(): void {
  const client = useQueryClient();
  useEffect(() => {
    const refresher = new Refresher(client);
    let close: () => void = () => undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let attempts = 0;
    let over = false;
    const open = () => {
      close = bridge().open.events(
        {},
        (events) => {
          attempts = 0;
          refresher.add(events);
        },
        () => {
          if (over) return;
          // What happened while the stream was away is not known: ask everything again once it is back.
          attempts += 1;
          timer = setTimeout(
            () => {
              open();
              refresher.all();
            },
            Math.min(5_000, 250 * 2 ** attempts),
          );
        },
      );
    };
    open();
    return () => {
      over = true;
      clearTimeout(timer);
      close();
      refresher.close();
    };
  }, [client]);
}
