import { closeSheet, type SheetKind, useUiState } from '../../ui/layout/ui-state';
import { Sheet } from '../../ui/sheet/sheet';
import { SheetForm } from './sheet-form';

const heading: Record<SheetKind, string> = {
  deploy: 'Deploy',
  promote: 'Promote',
  rollback: 'Roll back',
  hold: 'Hold automatic deploys of',
  'release-hold': 'Release the hold on',
  'emergency-rollback': 'Emergency rollback of',
  reconcile: 'Reconcile',
};

/** The sheet of an action on one app in one environment. */
export function DeploySheet() {
  const request = useUiState((state) => state.sheet);
  return (
    <Sheet
      opened={request !== null}
      onClose={closeSheet}
      title={request ? `${heading[request.kind]} ${request.app}` : ''}
    >
      {request && (
        <SheetForm
          key={`${request.kind} ${request.app} ${request.environment} ${request.version}`}
          request={request}
        />
      )}
    </Sheet>
  );
}
