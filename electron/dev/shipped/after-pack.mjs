// electron-builder calls this (electron-builder.yml, `afterPack`) in a Node that knows no TypeScript.
import { Arch } from 'electron-builder';
import { register } from 'tsx/esm/api';

export async function afterPack(context) {
  register();
  const { finishPackage } = await import('./finish-package.ts');
  await finishPackage({
    resources: context.packager.getResourcesDir(context.appOutDir),
    platform: context.electronPlatformName,
    arch: Arch[context.arch],
    electron: context.packager.info.framework.version,
  });
}
