/** Starting every program of an image in a guest, as the builder does to prove it. */
import type { ImageManifest } from '../../src/image/image-manifest.ts';

export interface ProbeOutcome {
  readonly path: string;
  readonly status: number;
}

export interface ProgramProbes {
  /** For the guest's busybox: a line `probe: PATH STATUS` for each, and what those said that failed. */
  readonly script: string;
  /** Of a text with these lines in it. */
  readonly outcomes: (text: string) => readonly ProbeOutcome[];
}

/** `root` is the path in the guest at which the image lies unpacked. */
export function programProbes({ programs }: ImageManifest, root: string): ProgramProbes {
  const lines = programs.flatMap(({ path, probe }) =>
    probe === undefined ? [] : [`probe ${path} ${probe.join(' ')}`],
  );
  const script = `bb=${root === '/' ? '' : root}/guard/busybox
probe() {
  said=$($bb env -i DM_DISABLE_UDEV=1 LVM_SUPPRESS_FD_WARNINGS=1 $bb chroot ${root} "$@" 2>&1 </dev/null)
  status=$?
  [ $status = 0 ] || echo "$said"
  echo "probe: $1 $status"
}
${lines.join('\n')}
`;
  return {
    script,
    outcomes: (text) =>
      [...text.matchAll(/^probe: (\/\S+) (\d+)$/gm)].map(([, path = '', status]) => ({
        path,
        status: Number(status),
      })),
  };
}

/** What becomes of an image whose programs all start. */
export function allStart({ programs }: ImageManifest): readonly ProbeOutcome[] {
  return programs.flatMap(({ path, probe }) => (probe === undefined ? [] : [{ path, status: 0 }]));
}
