/** Which of Debian's packages a root needs before its image can be packed. */
import type { Feature } from './feature.ts';

/** The libraries that the executable needs of a root. */
const runtime = ['libatomic1', 'libstdc++6'];

/** Names, sorted; without those of parts that an image can do without. */
export function packagesOf(features: readonly Feature[]): string[] {
  const parts = features.flatMap(({ binaries, files = [] }) => [
    ...binaries.filter(({ optional }) => optional !== true),
    ...files.filter(({ optional }) => optional !== true),
  ]);
  return [...new Set([...runtime, ...parts.map((part) => part.package)])].toSorted();
}
