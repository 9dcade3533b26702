/** One kind of layer, as data: what an image must hold to take it apart. */
export interface Feature {
  readonly name: string;
  /** One line for `build --help` and the listing. */
  readonly about: string;
  /** In an image for which nobody chose: common, or of no cost. */
  readonly standard: boolean;
  /** None where the kernel, sysfs or the base do it all. */
  readonly binaries: readonly Binary[];
  /** Files, or directories with all that is below, packed as they are. */
  readonly files?: readonly RootFile[];
}

export interface RootFile {
  readonly path: string;
  readonly optional?: boolean;
  readonly package: string;
}

export interface Binary {
  /** Where the image offers it, whatever the root calls it. */
  readonly path: string;
  /** Where roots keep it, best first; `path` itself is always tried first. */
  readonly candidates?: readonly string[];
  /** Works alone: statically linked, and a file of its own at `path` even where /usr is not. */
  readonly standalone?: boolean;
  /** An image without it is of use; otherwise its absence is an error. */
  readonly optional?: boolean;
  /** Debian's package, for the hint. */
  readonly package: string;
  /** Arguments with which it starts, touches nothing and ends with 0; without, it is not started. */
  readonly probe?: readonly string[];
  /** Of its libraries' dlopen notes, follow those of these features only; absent: all. */
  readonly dlopenFeatures?: readonly string[];
}

/** Where in a root a program may lie, the best place first. */
export function placesOf({ path, candidates = [] }: Binary): readonly string[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const usual = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].map((place) => `${place}/${name}`);
  return [path, ...candidates, ...usual];
}
