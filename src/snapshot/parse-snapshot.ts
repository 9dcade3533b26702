import { Failure } from '../failure.ts';
import { findFlaw } from './find-flaw.ts';
import { snapshotVersion, type Snapshot } from './snapshot.ts';

/**
 * Reads what `snapshot` wrote; `name` is for the message. The shape is checked and nothing else: the
 * planner stands any content.
 *
 * @throws {Failure} when it is no snapshot, or one of another version.
 */
export function parseSnapshot(text: string, name: string): Snapshot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Failure(`read ${name}: not JSON`, { cause, hint: 'made by: shutdownramfs snapshot' });
  }
  const snapshot = value as Partial<Snapshot> | null;
  if (typeof snapshot !== 'object' || snapshot === null || snapshot.version === undefined) {
    throw new Failure(`read ${name}: not a snapshot`, { hint: 'made by: shutdownramfs snapshot' });
  }
  if (snapshot.version !== snapshotVersion) {
    const version = String(snapshot.version);
    throw new Failure(`read ${name}: snapshot version ${version} is unknown`, {
      hint: `This program reads version ${String(snapshotVersion)}; take the snapshot with it.`,
    });
  }
  const flaw = findFlaw({ ...snapshot });
  if (flaw !== undefined) throw new Failure(`read ${name}: ${flaw}`);
  return snapshot as Snapshot;
}
