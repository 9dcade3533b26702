/** What the dynamic loader reads of an ELF file: the facts a closure is resolved from. */
export interface ElfObject {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** `e_machine`, for example 62 for x86-64 and 183 for aarch64. */
  readonly machine: number;
  /** PT_INTERP; absent from libraries and static programs. */
  readonly interpreter: string | undefined;
  readonly soname: string | undefined;
  /** DT_NEEDED, and the names of DT_FILTER, without which glibc's loader gives up too. */
  readonly needed: readonly string[];
  /** DT_AUXILIARY: loaded by glibc where they are there. */
  readonly auxiliary: readonly string[];
  /** DF_1_NODEFLIB: its libraries are in none of the loader's own directories. */
  readonly noDefaultLibraries: boolean;
  readonly rpath: readonly string[];
  /** Present even when empty: its mere presence turns every DT_RPATH off (ld.so(8)). */
  readonly runpath: readonly string[] | undefined;
  readonly dlopen: readonly DlopenNote[];
  /** Names pthread_cancel or pthread_exit, which make glibc load libgcc_s.so.1 at run time. */
  readonly unwindsThreads: boolean;
  /** Names dlopen or dlmopen. */
  readonly opensLibraries: boolean;
  readonly versionsNeeded: readonly VersionNeed[];
  readonly versionsDefined: readonly string[];
}

/** One entry of `.note.dlopen` (systemd's ELF_DLOPEN_METADATA specification). */
export interface DlopenNote {
  /** Alternatives, best first: one of them is enough. */
  readonly sonames: readonly string[];
  readonly priority: 'required' | 'recommended' | 'suggested';
  readonly feature: string | undefined;
}

/** A symbol version that must be defined by the library of that name, or the program cannot start. */
export interface VersionNeed {
  readonly library: string;
  readonly version: string;
}

/** Whether the loader of one would map the other (it skips files of another class or machine). */
export function sameArchitecture(one: ElfObject, other: ElfObject): boolean {
  return (
    one.bits === other.bits &&
    one.littleEndian === other.littleEndian &&
    one.machine === other.machine
  );
}
