/**
 * How an image lies in memory from boot to shutdown. Compressed: a small light part and /usr as one
 * squashfs, which the guard mounts after the pivot. Unpacked: plain files. docs/decisions.md has the
 * figures.
 */
import { execa } from 'execa';
import { Failure } from '../failure.ts';
import { kernelsWithout } from './kernel-modules.ts';

export type Hold = 'compressed' | 'unpacked';

export interface HoldChoice {
  readonly hold: Hold;
  /** Why it is not compressed when nobody asked for that. */
  readonly reason: string | undefined;
}

/** Compressed where that is possible; throws a Failure when it is asked for and is not. */
export async function chooseHold(root: string, asked: Hold | undefined): Promise<HoldChoice> {
  if (asked === 'unpacked') return { hold: 'unpacked', reason: undefined };
  const obstacle = await findObstacle(root);
  if (obstacle === undefined) return { hold: 'compressed', reason: undefined };
  if (asked === undefined) return { hold: 'unpacked', reason: obstacle.reason };
  throw new Failure(`hold image compressed: ${obstacle.reason}`, { hint: obstacle.hint });
}

async function findObstacle(root: string) {
  const { failed } = await execa('mksquashfs', ['-version'], { reject: false });
  if (failed) {
    return { reason: 'there is no mksquashfs', hint: 'install the package squashfs-tools' };
  }
  const [kernel] = await kernelsWithout(root, ['loop', 'squashfs']);
  if (kernel === undefined) return undefined;
  return {
    reason: `kernel ${kernel} lacks the module loop or squashfs`,
    hint: 'without --hold it is held unpacked',
  };
}
