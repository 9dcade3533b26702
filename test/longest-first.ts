/**
 * The order in which test files begin. What takes longest goes first, so that the workers end
 * together; on a fresh machine vitest has no record of that, and goes by the size of files.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** As measured, longest first: the files of minutes, in `vm` and `image`. */
const longest = [
  ['vm/exitrd', 'vm/debian', 'vm/live', 'vm/pull', 'vm/memory', 'vm/install', 'vm/overlay'],
  ['vm/faults/array', 'vm/faults/runtime', 'vm/faults/disk', 'vm/torture', 'vm/watchdog'],
  ['image/hostile-root', 'image/roots', 'image/hook', 'image/live-build', 'image/features'],
].flat();

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is no array's.
    const others = await super.sort(files);
    return others.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const index = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return index === -1 ? longest.length : index;
}
