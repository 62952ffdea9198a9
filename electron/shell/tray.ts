import { app, Menu, nativeImage, Tray } from 'electron';
import type { DeskStatus } from '../../shared/domain/attention/desk-status';
import { visibleText } from '../../shared/domain/text/visible-text';

/** Blue, green, red of a state, as the screens have them. */
const colours: Readonly<Record<DeskStatus['worst'], readonly [number, number, number]>> = {
  trouble: [0x2b, 0x39, 0xc0],
  attention: [0x00, 0x8c, 0xf0],
  unknown: [0x80, 0x75, 0x6b],
  well: [0x5a, 0x82, 0x3c],
};

/** A filled circle of 16 × 16 pixels in a state's colour: bytes are blue, green, red, opacity. */
export function dot(worst: DeskStatus['worst']): Electron.NativeImage {
  const size = 16;
  const centre = (size - 1) / 2;
  // Shapes, too, tell the states apart: a ring where all is well, a small dot where that is not known.
  const hole = worst === 'well' ? size / 4 : 0;
  const reach = worst === 'unknown' ? size / 4 : size / 2;
  const pixels = Array.from({ length: size * size }, (_, at) => {
    const far = Math.hypot((at % size) - centre, Math.floor(at / size) - centre);
    return far <= reach && far >= hole ? [...colours[worst], 0xff] : [0, 0, 0, 0];
  });
  return nativeImage.createFromBitmap(Buffer.from(pixels.flat()), { width: size, height: size });
}

/** Signalbox among the icons of the system: the worst state, what needs attention and what runs. */
export interface TrayIcon {
  show(status: DeskStatus): void;
  close(): void;
}

/** @param open brings the window to the front, at a path of its router; `null`: as it is. */
export function openTray(open: (place: string | null) => void): TrayIcon {
  const tray = new Tray(dot('unknown'));
  let shown = '';
  tray.on('click', () => open(null));
  return {
    show(status) {
      const now = JSON.stringify([status.worst, status.tip, status.lines]);
      if (now === shown) return;
      shown = now;
      tray.setImage(dot(status.worst));
      tray.setToolTip(visibleText(status.tip));
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: visibleText(status.tip), enabled: false },
          ...status.lines.map(({ label, place }) => ({
            // An ampersand would underline the next letter.
            label: visibleText(label).slice(0, 100).replaceAll('&', '&&'),
            click: () => open(place),
          })),
          { type: 'separator' },
          { label: 'Open Signalbox', click: () => open(null) },
          { label: 'Quit', click: () => app.quit() },
        ]),
      );
    },
    close: () => tray.destroy(),
  };
}
