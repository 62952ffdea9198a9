import { Button, TextInput } from '@mantine/core';
import { schemaResolver, useForm } from '@mantine/form';
import { procedures } from '../../../shared/contract/contract';
import type { Settings } from '../../../shared/contract/session';
import classes from './settings-screen.module.css';

type Identity = Settings['identity'];

interface IdentityFormProps {
  identity: Identity;
  busy: boolean;
  onSave: (identity: Identity) => void;
}

const schema = procedures['settings.get'].output.shape.identity;

/** Who the commits are by. The contract's own schema says what is wrong. */
export function IdentityForm({ identity, busy, onSave }: IdentityFormProps) {
  const form = useForm<Identity>({
    initialValues: identity,
    validate: schemaResolver(schema, { sync: true }),
  });
  return (
    <form className={classes.form} onSubmit={form.onSubmit(onSave)}>
      <TextInput size="sm" label="Name" autoComplete="name" {...form.getInputProps('name')} />
      <TextInput size="sm" label="Email" autoComplete="email" {...form.getInputProps('email')} />
      <Button type="submit" size="sm" variant="default" loading={busy}>
        Save identity
      </Button>
      <p className={classes.quiet}>Commits to the release repo, and so the history, show this name.</p>
    </form>
  );
}
