import { NativeSelect } from '@mantine/core';
import { MomentField } from '../../ui/time/moment-field';
import classes from './compare-screen.module.css';

interface Side {
  environment: string | undefined;
  at: string | undefined;
}

interface SideFieldsProps extends Side {
  name: string;
  environments: readonly string[];
  onChange: (side: Side) => void;
}

/** One side of a comparison: which environment, and when. */
export function SideFields({ name, environments, environment, at, onChange }: SideFieldsProps) {
  return (
    <fieldset className={classes.side}>
      <legend>{name}</legend>
      <NativeSelect
        size="xs"
        aria-label={`${name}: environment`}
        value={environment ?? ''}
        data={[
          { value: '', label: 'All environments' },
          ...environments.map((value) => ({ value, label: value })),
        ]}
        onChange={(event) => onChange({ environment: event.currentTarget.value || undefined, at })}
      />
      <MomentField
        label={`${name}: time (empty means now)`}
        value={at}
        onChange={(typed) => onChange({ environment, at: typed })}
      />
      <button
        type="button"
        className={classes.now}
        aria-pressed={at === undefined}
        onClick={() => onChange({ environment, at: undefined })}
      >
        Now
      </button>
    </fieldset>
  );
}
