import { Drawer } from '@mantine/core';
import { bagActOf } from '../../../shared/domain/bags/intents';
import { closeAct, useUiState } from '../../ui/ui-state';
import { ActForm } from './act-form';
import classes from './act-sheet.module.css';

/** The sheet at the right in which an act on a pipeline of bags, or on a lock, is looked at before it is sent. */
export function ActSheet() {
  const act = useUiState((state) => state.act);
  return (
    <Drawer
      opened={act !== null}
      onClose={closeAct}
      data-closing={act === null || undefined}
      position="right"
      size={660}
      title={act ? bagActOf(act) : ''}
      classNames={{
        content: classes.content ?? '',
        header: classes.header ?? '',
        title: classes.title ?? '',
        body: classes.body ?? '',
      }}
    >
      {act && <ActForm key={JSON.stringify(act)} initial={act} />}
    </Drawer>
  );
}
