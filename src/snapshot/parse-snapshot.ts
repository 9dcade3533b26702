import { Failure } from '../failure.ts';
import { snapshotVersion, type Snapshot } from './snapshot.ts';

/**
 * Reads what `snapshot` wrote; `name` is for the message. Only the version and the lists are
 * checked: the planner stands any content of theirs that has the right shape.
 *
 * @throws {Failure} when it is no snapshot, or one of another version.
 */
export function parseSnapshot(text: string, name: string): Snapshot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Failure(`read ${name}: not JSON`, { cause, hint: 'shutdownramfs snapshot' });
  }
  const snapshot = value as Partial<Snapshot> | null;
  if (typeof snapshot !== 'object' || snapshot === null || snapshot.version === undefined) {
    throw new Failure(`read ${name}: not a snapshot`, { hint: 'shutdownramfs snapshot' });
  }
  if (snapshot.version !== snapshotVersion) {
    const version = String(snapshot.version);
    throw new Failure(`read ${name}: snapshot version ${version} is unknown`, {
      hint: `This program reads version ${String(snapshotVersion)}; take the snapshot with it.`,
    });
  }
  for (const list of ['mounts', 'swaps', 'devices', 'multiDevices'] as const) {
    if (!Array.isArray(snapshot[list])) throw new Failure(`read ${name}: ${list} is missing`);
  }
  return snapshot as Snapshot;
}
