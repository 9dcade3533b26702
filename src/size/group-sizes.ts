import type { FileSize } from './image-sizes.ts';

export interface SizeGroup {
  readonly name: string;
  readonly files: readonly FileSize[];
  /** Bytes of all of them. */
  readonly size: number;
  readonly packed: number;
}

/** Files that have the same name by `nameOf`, the largest group packed first. */
export function groupSizes(
  files: readonly FileSize[],
  nameOf: (file: FileSize) => string,
): readonly SizeGroup[] {
  return Array.from(Map.groupBy(files, nameOf), ([name, members]) => ({
    name,
    files: members,
    size: members.reduce((sum, { size }) => sum + size, 0),
    packed: members.reduce((sum, { packed }) => sum + packed, 0),
  })).toSorted((one, other) => other.packed - one.packed || (one.name < other.name ? -1 : 1));
}
