import { app } from 'electron';

/**
 * Starts this program again once it has ended. What an AppImage runs lies in a mount that ends with it, so that the
 * AppImage itself is started (AppImage documentation, "Environment variables": `APPIMAGE`).
 */
export function relaunch(): void {
  const appImage = process.env.APPIMAGE;
  app.relaunch(appImage ? { execPath: appImage, args: process.argv.slice(1) } : {});
}
