/**
 * Mounts that no path leads to: what an initramfs mounted in its own root and left there lies below the root
 * that was put on top of it. Layers of a live system's overlay are (casper: /cow), and what a user wrote is in them.
 * Only from the root of the mount namespace can they be unmounted. To get there the root on top is taken off for a
 * moment, which is done by a child first in a copy of the namespace, as rehearsal, then for real.
 */
import { constants, openSync, readFileSync } from 'node:fs';
import { reasonOf } from '../failure.ts';
import {
  changeDirectory,
  copyMountNamespace,
  enterMountNamespace,
  stepBelowRoot,
  unmount,
} from '../kernel/mount-namespace.ts';
import { parseMountinfo } from '../snapshot/parse-mountinfo.ts';
import type { Budget } from './budget.ts';
import { childWord, exitrdProgram, isChildOfExitrd } from './child-of-exitrd.ts';
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';

const namespacePath = '/proc/self/ns/mnt';
const deadline = 20_000;

export interface HiddenMounts {
  readonly found: boolean;
  /** Their targets, as in the root below ours. */
  readonly left: readonly string[];
}

/**
 * Unmounts what is hidden. When there was anything, this thread has been taken to the new root: its calls and its
 * children see all that was there before, the other threads and PID 1 see the exitrd's own files and no mounts.
 */
export async function unmountHiddenMounts(
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<HiddenMounts> {
  let hidden: readonly string[] = [];
  let done: readonly string[] = [];
  try {
    const namespace = openSync(namespacePath, 'r');
    const { stdout } = await run(
      [exitrdProgram, childWord.unmountHidden],
      budget.deadline(deadline),
    );
    [hidden = [], done = []] = stdout.trim().split('\n').map(parseList);
    if (hidden.length === 0) return { found: false, left: [] };
    enterMountNamespace(namespace);
  } catch (error) {
    journal.warn(`look below the root: ${reasonOf(error)}`);
  }
  const left = hidden.filter((target) => !done.includes(target));
  for (const target of done) journal.detail(`unmount ${target}, hidden below the root`);
  for (const target of left) journal.warn(`unmount ${target}, hidden below the root: failed`);
  return { found: true, left };
}

function parseList(line: string): readonly string[] {
  return line.startsWith('[') ? (JSON.parse(line) as readonly string[]) : [];
}

/** In the child: a line with the targets of all hidden mounts, then one with those that were unmounted. */
export function runHiddenMountsChild(): void {
  try {
    if (!isChildOfExitrd()) throw new Error('refused: this is for the exitrd to start');
    const namespace = openSync(namespacePath, 'r');
    const targets = rehearse();
    write(targets);
    if (targets.length === 0) return;
    enterMountNamespace(namespace);
    stepBelowRoot(namespace, () => undefined);
    write(targets.filter(tryUnmount));
  } catch (error) {
    process.stderr.write(`shutdown: unmount what is hidden: ${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}

/** The hidden mounts' targets, what is mounted in another first. */
function rehearse(): readonly string[] {
  const processes = openSync('/proc', constants.O_RDONLY | constants.O_DIRECTORY);
  copyMountNamespace();
  let text = '';
  stepBelowRoot(openSync(namespacePath, 'r'), () => {
    changeDirectory(processes);
    text = readFileSync('self/mountinfo', 'utf8');
  });
  return parseMountinfo(text)
    .mounts.map(({ target }) => target)
    .filter((target) => target !== '/')
    .toSorted((one, other) => other.length - one.length);
}

function tryUnmount(target: string): boolean {
  try {
    unmount(target);
    return true;
  } catch {
    return false;
  }
}

function write(targets: readonly string[]): void {
  process.stdout.write(`${JSON.stringify(targets)}\n`);
}
