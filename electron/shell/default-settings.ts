import os from 'node:os';
import { type Settings, usualDesktop } from '../../shared/contract/session';
import { defaultBoardSettings } from '../../shared/domain/board/board-view';

/** Commits are by the system's user until Git was asked, or somebody says so in Settings. */
export function defaultSettings(): Settings {
  const user = os.userInfo().username;
  return {
    colourScheme: 'auto',
    notifications: true,
    board: defaultBoardSettings,
    desktop: usualDesktop,
    signCommits: false,
    identity: { name: user, email: `${user}@${os.hostname()}.invalid` },
  };
}
