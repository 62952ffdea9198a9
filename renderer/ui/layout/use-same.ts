import { replaceEqualDeep } from '@tanstack/react-query';
import { useRef } from 'react';

/** The object of before as long as it says the same: what is handed on then draws nothing again. */
export function useSame<T extends object>(value: T): T {
  const last = useRef(value);
  last.current = replaceEqualDeep(last.current, value) as T;
  return last.current;
}
