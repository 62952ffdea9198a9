import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/**
 * The application menu: the system's standard entries, ways to places of the window, and developer tools only in a build
 * that is not packaged.
 * @param act.open brings the window to the front, at a path of its router.
 */
export function setMenu(act: { open: (place: string) => void; lookForUpdates: () => void }): void {
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    { role: 'fileMenu' },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged
          ? []
          : ([{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }] as const)),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { label: 'Check for Updates…', click: act.lookForUpdates },
        { label: 'Diagnostics', click: () => act.open('/diagnostics') },
        { label: 'Licences', click: () => act.open('/licences') },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
