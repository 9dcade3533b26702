/** The exitrds that are set side by side, each as an archive that a machine unpacks. */
import { join } from 'node:path';
import { buildDracutExitrd, dracutRoot } from './dracut-exitrd.ts';
import { ourExitrd, type Exitrd } from './our-exitrd.ts';
import { systemdExitrd } from './peer-exitrd.ts';
import type { ExitrdName } from './peer-outcome.ts';
import { scratchDirectory } from './scratch-directory.ts';

export async function contender(name: ExitrdName): Promise<Exitrd> {
  switch (name) {
    case 'ours':
      return await ourExitrd();
    case 'systemd':
      return { archive: await systemdExitrd(), [Symbol.asyncDispose]: () => Promise.resolve() };
    case 'dracut': {
      await using stack = new AsyncDisposableStack();
      const { path } = stack.use(await scratchDirectory());
      const archive = join(path, 'exitrd.cpio');
      await buildDracutExitrd(await dracutRoot(), archive, 'none');
      const kept = stack.move();
      return { archive, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
    }
  }
}
