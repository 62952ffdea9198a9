import { titleOf } from '../../../shared/domain/operation/intent';
import { closeAct, useUiState } from '../../ui/layout/ui-state';
import { Sheet } from '../../ui/sheet/sheet';
import { ActForm } from './act-form';

/** The sheet of an act on a pipeline of bags, or on a lock. */
export function ActSheet() {
  const act = useUiState((state) => state.act);
  return (
    <Sheet opened={act !== null} onClose={closeAct} title={act ? titleOf(act) : ''}>
      {act && <ActForm key={JSON.stringify(act)} initial={act} />}
    </Sheet>
  );
}
