/** The root as the loader sees it. */
import type { ElfObject } from './elf-object.ts';
import type { SystemDirectories } from './library-search.ts';

export interface LoaderView {
  /** The ELF file a path leads to; undefined where there is none. */
  object(path: string): LocatedObject | undefined;
  /** What is there instead of an ELF file: `a directory`; undefined where nothing is. */
  obstacle(path: string): string | undefined;
  /** `name` is the path by which programs ask for the loader. */
  system(interpreter: LocatedObject, name: string): SystemDirectories;
}

export interface LocatedObject {
  /** Symlinks resolved, inside the root. */
  readonly path: string;
  readonly elf: ElfObject;
}
