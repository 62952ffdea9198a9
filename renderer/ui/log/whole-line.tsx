import { Button, Group, Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ShownLine } from '../../../shared/contract/logs';
import { count } from '../../../shared/domain/text/count';
import { ask } from '../../data/call';
import { copyText } from '../text/copy';
import classes from './whole-line.module.css';

/** Characters of one page: more in one block would hold up the window while it is laid out. */
const pageSize = 20_000;

/** One line, whole, a page at a time. */
export function WholeLine(props: { session: string; line: ShownLine | null; onClose: () => void }) {
  const { session, line, onClose } = props;
  const [text, setText] = useState<string | null>(null);
  const [page, setPage] = useState(0);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    setText(null);
    setPage(0);
    setCopied(false);
    if (!line) return;
    let over = false;
    void ask('logs.line', { session, id: line.id }).then((answer) => {
      if (!over) setText(answer.ok ? answer.value.text : answer.failure.message);
    });
    return () => {
      over = true;
    };
  }, [session, line]);
  const pages = Math.max(1, Math.ceil((text?.length ?? 0) / pageSize));
  return (
    <Modal
      opened={line !== null}
      onClose={onClose}
      size="xl"
      title={line ? `Line ${line.number.toLocaleString('en-GB')}` : ''}
    >
      {line?.at && <p className={classes.at}>{line.at}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled text has to be reachable by keys */}
      <pre className={classes.text} dir="auto" tabIndex={0}>
        {text === null ? 'Reading…' : text.slice(page * pageSize, (page + 1) * pageSize)}
      </pre>
      <Group justify="space-between" mt="sm">
        <span className={classes.at}>
          {count(text?.length ?? 0, 'character')}
          {pages > 1 && `, part ${page + 1} of ${pages}`}
        </span>
        <Group gap={8}>
          {pages > 1 && (
            <>
              <Button variant="default" disabled={page === 0} onClick={() => setPage(page - 1)}>
                Previous part
              </Button>
              <Button variant="default" disabled={page + 1 >= pages} onClick={() => setPage(page + 1)}>
                Next part
              </Button>
            </>
          )}
          <Button
            disabled={text === null}
            onClick={() => void copyText(text ?? '').then(() => setCopied(true))}
          >
            {copied ? 'Copied' : 'Copy the line'}
          </Button>
        </Group>
      </Group>
    </Modal>
  );
}
