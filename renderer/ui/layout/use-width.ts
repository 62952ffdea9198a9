import { useElementSize } from '@mantine/hooks';

/** The width of an element in px as it is laid out; `fallback` until it is known. */
export function useWidth(fallback: number) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  return { ref, width: width > 0 ? width : fallback };
}
