import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { announce } from './announcer';
import { copyText } from './copy';

/** Copies a text, and says that it did. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState<string | null>(null);
  const done = copied === text;
  return (
    <Tooltip label={done ? 'Copied' : label}>
      <ActionIcon
        size={24}
        aria-label={label}
        onClick={() => {
          void copyText(text).then(() => {
            setCopied(text);
            announce('Copied');
          });
        }}
      >
        {done ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
