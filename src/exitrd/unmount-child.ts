/**
 * Many unmounts in a child of ours: umount(8) with `--no-canonicalize` reads all of mountinfo for each target, so that the
 * time for all would grow with the square of their number.
 */
import { reasonOf } from '../failure.ts';
import { unmountInPlace } from '../kernel/mount-namespace.ts';
import { childWord, exitrdProgram, isChildOfExitrd } from './child-of-exitrd.ts';
import type { Command } from './run-with-deadline.ts';

/** Fewer are cheaper by umount(8): the runtime takes as long to start as some of these. */
export const leastForChild = 32;

/** Of the targets those that can be passed on as words; none where there are too few. */
export function unmountManyCommand(targets: readonly string[]): Command | undefined {
  const words = targets.filter((target) => target.isWellFormed());
  return words.length < leastForChild ? undefined : [exitrdProgram, childWord.unmount, ...words];
}

/** In the child: goes on after an error, and fails when there was one. */
export function runUnmountChild(targets: readonly string[]): void {
  if (!isChildOfExitrd()) {
    process.stderr.write('shutdown: unmount: refused: this is for the exitrd to start\n');
    process.exitCode = 1;
    return;
  }
  for (const target of targets) {
    try {
      unmountInPlace(target);
    } catch (error) {
      process.stderr.write(`unmount ${target}: ${reasonOf(error)}\n`);
      process.exitCode = 1;
    }
  }
}
