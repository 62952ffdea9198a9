import { Kbd, Modal } from '@mantine/core';
import { useUiState } from '../ui/layout/ui-state';
import classes from './shortcut-list.module.css';

const groups: { title: string; keys: [string[], string][] }[] = [
  {
    title: 'Everywhere',
    keys: [
      [['Ctrl', 'K'], 'Find an app, a screen or an action'],
      [['?'], 'Show this list'],
      [['Alt', '←'], 'Back (→: forward; on a Mac: ⌘ [ and ⌘ ])'],
      [['Esc'], 'Close'],
    ],
  },
  {
    title: 'Board',
    keys: [
      [['/'], 'Filter apps'],
      [['↑', '↓', '←', '→'], 'Move between cells, and up to the heads of the columns'],
      [['Enter'], 'On a head: sort by that column'],
      [['Home', 'End'], 'First or last cell of the row'],
      [['Ctrl', 'Home'], 'First row (End: last row)'],
      [['PgUp', 'PgDn'], 'A page up or down'],
      [['a–z'], 'Type an app’s name to jump to it'],
      [['Enter'], 'Open the app'],
      [['Esc'], 'Back to the overview, then close the panel'],
      [['Shift', 'R'], 'Go to the cell’s Roll back button'],
      [['Shift', 'D'], 'Deploy to the cell'],
      [['Shift', 'P'], 'Promote from the cell'],
    ],
  },
  {
    title: 'Time on the board',
    keys: [
      [['←', '→'], 'One hour back or forward (Shift: one day)'],
      [[',', '.'], 'Previous or next deployment'],
      [['Home', 'End'], 'Start of history, or now'],
    ],
  },
  {
    title: 'History',
    keys: [
      [['/'], 'Search'],
      [['↑', '↓', 'PgUp', 'PgDn'], 'Move through the events'],
      [['Home', 'End'], 'Newest or oldest event'],
      [['Enter'], 'Go to the details (Esc: back to the list)'],
    ],
  },
  {
    title: 'Logs',
    keys: [
      [['Ctrl', 'F'], 'Find'],
      [['Enter'], 'Next match (Shift: previous)'],
      [['Home', 'End'], 'First line, or newest line and follow'],
    ],
  },
];

/** All shortcuts, opened by `?`. */
export function ShortcutList() {
  const open = useUiState((state) => state.shortcutsOpen);
  return (
    <Modal
      opened={open}
      onClose={() => useUiState.setState({ shortcutsOpen: false })}
      data-closing={!open || undefined}
      title="Keyboard shortcuts"
      size="lg"
    >
      <div className={classes.groups}>
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl className={classes.list}>
              {group.keys.map(([keys, does]) => (
                <div key={does}>
                  <dt>
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
