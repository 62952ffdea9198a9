import { Kbd, Modal } from '@mantine/core';
import { useUiState } from '../ui/layout/ui-state';
import classes from './shortcut-list.module.css';

const groups: { title: string; keys: [string[], string][] }[] = [
  {
    title: 'Everywhere',
    keys: [
      [['Ctrl', 'K'], 'Find an app, a screen or an action'],
      [['?'], 'This list'],
      [['Alt', '←'], 'Back'],
      [['Esc'], 'Close what is open'],
    ],
  },
  {
    title: 'Board',
    keys: [
      [['/'], 'Filter apps'],
      [['↑', '↓', '←', '→'], 'Move between cells'],
      [['Home', 'End'], 'First or last cell of the row'],
      [['Ctrl', 'Home'], 'First row (End: last row)'],
      [['PgUp', 'PgDn'], 'A page up or down'],
      [['a–z'], 'Type the begin of an app’s name to go to it'],
      [['Enter'], 'Open the app'],
      [['Shift', 'R'], 'To the Roll back button of the cell'],
      [['Shift', 'D'], 'Deploy to the cell'],
      [['Shift', 'P'], 'Promote from the cell'],
    ],
  },
  {
    title: 'Time on the board',
    keys: [
      [['←', '→'], 'An hour back or on (Shift: a day)'],
      [[',', '.'], 'To the deployment before or after'],
      [['Home', 'End'], 'To the beginning, or back to now'],
    ],
  },
  {
    title: 'History',
    keys: [
      [['/'], 'Search'],
      [['↑', '↓', 'PgUp', 'PgDn'], 'Move through the events'],
      [['Home', 'End'], 'The newest or the oldest event'],
      [['Enter'], 'To the details (Esc: back to the list)'],
    ],
  },
  {
    title: 'Logs',
    keys: [
      [['Ctrl', 'F'], 'Find'],
      [['Enter'], 'Next hit (Shift: previous)'],
      [['Home', 'End'], 'First line, or the newest and follow'],
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
