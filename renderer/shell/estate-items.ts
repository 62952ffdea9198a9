import type { EstateEntry, Estates } from '../../shared/contract/estates';
import type { PaletteItem } from './palette-items';

interface EstateDoors {
  open: (entry: Pick<EstateEntry, 'key' | 'name'>) => void;
  openFile: () => void;
  connect: () => void;
}

/** What the palette does about estates: every other one that was open before, and the ways to a new one. */
export function estateItems(estates: Estates | undefined, doors: EstateDoors): PaletteItem[] {
  const current = estates?.estate?.key;
  const practice = { key: 'practice', name: 'the practice estate' };
  const others = [...(estates?.recent ?? []), practice].filter(({ key }) => key !== current);
  return [
    ...others.map(
      (entry): PaletteItem => ({
        id: `estate ${entry.key}`,
        group: 'Actions',
        title: `Switch to ${entry.name}`,
        words: 'estate open change',
        note: '',
        weight: -4,
        run: () => doors.open(entry),
      }),
    ),
    {
      id: 'estate connect',
      group: 'Actions',
      title: 'Connect to another estate…',
      words: 'release repo new add',
      note: '',
      weight: -4,
      run: doors.connect,
    },
    {
      id: 'estate file',
      group: 'Actions',
      title: 'Open an estate file…',
      words: 'signalbox.yaml',
      note: '',
      weight: -4,
      run: doors.openFile,
    },
  ];
}
