import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { InputOf } from '../../shared/contract/contract';
import type { AnnouncementsView } from '../../shared/domain/announcement/destination';
import { call } from './call';
import { queryOf } from './query-client';

/** Who is told what happened, and what of it did not arrive. */
export const useAnnouncements = () => useQuery(queryOf('announcements.get', {}));

/** Who would be told of what somebody writes, and how Slack would have it. */
export const useAnnouncementPreview = (written: InputOf<'announcements.preview'>) =>
  useQuery({ ...queryOf('announcements.preview', written), enabled: written.text.trim() !== '' });

type Change =
  | { name: 'announcements.switch'; input: InputOf<'announcements.switch'> }
  | { name: 'announcements.set-secret'; input: InputOf<'announcements.set-secret'> }
  | { name: 'announcements.send-again'; input: InputOf<'announcements.send-again'> }
  | { name: 'announcements.drop'; input: InputOf<'announcements.drop'> };

/** Changes something of it; how it stands then is shown at once. */
export function useChangeAnnouncements() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, input }: Change): Promise<AnnouncementsView> => call(name, input as never),
    onSuccess: (view) => client.setQueryData(queryOf('announcements.get', {}).queryKey, view),
    onError: () => client.invalidateQueries({ queryKey: ['announcements.get'] }),
  });
}

export const useTestDestination = () =>
  useMutation({ mutationFn: (input: InputOf<'announcements.test'>) => call('announcements.test', input) });

/** Opens a draft in the person's own mail program. */
export const useDraftMail = () =>
  useMutation({
    mutationFn: (input: InputOf<'announcements.draft-mail'>) => call('announcements.draft-mail', input),
  });
