import { Failure } from '../failure.ts';
import { ForeignRoot } from './foreign-root.ts';

/** A directory with a whole system below it. Throws a Failure for any other. */
export function openRoot(directory: string): ForeignRoot {
  const root = new ForeignRoot(directory);
  if (root.locate('/usr')?.stats.isDirectory() === true) return root;
  throw new Failure(`read root ${root.directory}: it has no directory /usr`, {
    hint: '--root names a directory with a whole system below it',
  });
}
