import { useMantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import { useSettings } from '../data/queries';

/** The colour scheme is a setting of the app, kept by the main process; the page follows it. */
export function useColourScheme(): void {
  const wanted = useSettings().data?.colourScheme;
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (wanted) setColorScheme(wanted);
  }, [wanted, setColorScheme]);
}
