import { useAnnouncement } from '../ui/text/announcer';

/** Read by assistive technology, never seen. */
export function LiveRegion() {
  const text = useAnnouncement((state) => state.text);
  return (
    <div className="visually-hidden" role="status" aria-live="polite" aria-atomic>
      {text}
    </div>
  );
}
