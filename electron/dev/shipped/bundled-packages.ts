import { relative, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { projectRoot } from '../project';

/** The name of the list that {@link bundledPackages} leaves beside what was built. It is not shipped. */
export const bundledList = '.bundled-packages.json';

/**
 * Lists the packages of which something is in a bundle, as folders under node_modules: code that was kept, styles and
 * fonts. What ships of a package ships under its licence, whether as a file or inside of ours.
 */
export function bundledPackages(): Plugin {
  return {
    name: 'signalbox-bundled-packages',
    generateBundle(_options, bundle) {
      const { root } = this.environment.config;
      const code = Object.values(bundle).flatMap((file) =>
        file.type === 'chunk' ? file.moduleIds : file.originalFileNames.map((name) => resolve(root, name)),
      );
      // Styles are taken out of the chunks before they are counted.
      const styles = [...this.getModuleIds()].filter((id) => /\.css(\?|$)/.test(id));
      const folders = new Set([...code, ...styles].map(packageFolderOf).filter((folder) => folder !== null));
      this.emitFile({
        type: 'asset',
        fileName: bundledList,
        source: `${JSON.stringify([...folders].sort(), null, 1)}\n`,
      });
    },
  };
}

/** `node_modules/zod` of a module's file; `null`: the module is ours, or made by the bundler. */
export function packageFolderOf(id: string): string | null {
  const file = id.replaceAll('\\', '/').replace(/^\0/, '').replace(/\?.*$/, '');
  const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
  return found ? relative(projectRoot, found).replaceAll('\\', '/') : null;
}
