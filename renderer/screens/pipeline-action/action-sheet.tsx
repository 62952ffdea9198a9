import { shortTitleOf } from '../../../shared/domain/operation/intent';
import { closeAction, useUiState } from '../../ui/layout/ui-state';
import { Sheet } from '../../ui/sheet/sheet';
import { ActionForm } from './action-form';

/** The sheet of an action on a pipeline of bags, or on a lock. */
export function ActionSheet() {
  const action = useUiState((state) => state.action);
  return (
    <Sheet opened={action !== null} onClose={closeAction} title={action ? shortTitleOf(action) : ''}>
      {action && <ActionForm key={JSON.stringify(action)} initial={action} />}
    </Sheet>
  );
}
