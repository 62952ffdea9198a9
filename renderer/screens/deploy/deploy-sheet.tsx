import { Drawer } from '@mantine/core';
import { closeSheet, type SheetKind, useUiState } from '../../ui/ui-state';
import classes from './deploy-sheet.module.css';
import { SheetForm } from './sheet-form';

const heading: Record<SheetKind, string> = {
  deploy: 'Deploy',
  promote: 'Promote',
  rollback: 'Roll back',
  hold: 'Hold automatic deploys of',
  'release-hold': 'Release the hold of',
};

/** The sheet at the right in which an act is looked at before it is sent. Focus returns to where it came from. */
export function DeploySheet() {
  const request = useUiState((state) => state.sheet);
  return (
    <Drawer
      opened={request !== null}
      onClose={closeSheet}
      data-closing={request === null || undefined}
      position="right"
      size={660}
      title={request ? `${heading[request.kind]} ${request.app}` : ''}
      classNames={{
        content: classes.content ?? '',
        header: classes.header ?? '',
        title: classes.title ?? '',
        body: classes.body ?? '',
      }}
    >
      {request && (
        <SheetForm
          key={`${request.kind} ${request.app} ${request.environment} ${request.version}`}
          request={request}
        />
      )}
    </Drawer>
  );
}
