import { Button, Modal, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Panel } from '../../ui/layout/panel';
import type { PracticeAction } from './practice-action';
import classes from './practice-screen.module.css';

/** How fast the estate's time runs, and the way back to its beginning. */
export function Estate({ onAction }: { onAction: (action: PracticeAction) => void }) {
  const [speed, setSpeed] = useState<string>('');
  const [asked, setAsked] = useState(false);
  return (
    <Panel title="The estate">
      <div className={classes.form}>
        <div>
          <p className={classes.label} id="speed">
            Speed
          </p>
          <SegmentedControl
            fullWidth
            aria-labelledby="speed"
            value={speed}
            onChange={(value) => {
              setSpeed(value);
              onAction({ action: 'speed', speed: Number(value) });
            }}
            data={[
              { value: '1', label: 'Real' },
              { value: '5', label: '5×' },
              { value: '20', label: '20×' },
              { value: '100', label: '100×' },
            ]}
          />
        </div>
        <div>
          <p className={classes.label}>Start over</p>
          <p className={classes.quiet}>All apps, versions, history and holds are reset.</p>
        </div>
        <Button variant="default" onClick={() => setAsked(true)}>
          Reset the practice estate…
        </Button>
      </div>
      <Modal opened={asked} onClose={() => setAsked(false)} title="Reset the practice estate?" centered>
        <p>Everything done in the practice estate is deleted. Nothing real is affected.</p>
        <div className={classes.dialogButtons}>
          <Button variant="default" size="sm" data-autofocus onClick={() => setAsked(false)}>
            Cancel
          </Button>
          <Button
            size="sm"
            color="brick"
            onClick={() => {
              setAsked(false);
              onAction({ action: 'reset' });
            }}
          >
            Reset the practice estate
          </Button>
        </div>
      </Modal>
    </Panel>
  );
}
