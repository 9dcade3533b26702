import type { ImageManifest } from '../image/image-manifest.ts';
import type { BuildReport } from '../image/run-build.ts';

const proved: Readonly<Record<BuildReport['proof'], string>> = {
  started: 'each was started in it',
  emulated: 'each was started in it by an emulator',
  resolved: 'resolved, not started',
};

/** One line, or with `verbose` also one for each part. */
export function formatReport(report: BuildReport, verbose: boolean): string {
  const { output, packed, unpacked, seconds, proof, parts, manifest } = report;
  const lines = [
    `${output}: ${mebibytes(packed)} (${mebibytes(unpacked)} unpacked), ` +
      `${manifest.files.length} files, ${seconds.toFixed(1)} s`,
  ];
  if (verbose) {
    for (const { name, files, bytes } of parts) {
      lines.push(`  ${name}: ${mebibytes(bytes)}, ${files} files`);
    }
    lines.push(...linesByReason('packed', report.features));
    lines.push(...linesByReason('left out', report.leftOut));
    lines.push(`  programs: ${proved[proof]}`, `  packages: ${packagesOf(manifest)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Features with one reason share a line. */
function linesByReason(verdict: string, features: BuildReport['features']): string[] {
  const named = Map.groupBy(features, ({ reason }) => reason);
  return [...named].map(
    ([reason, group]) => `  ${verdict}, ${reason}: ${group.map(({ name }) => name).join(', ')}`,
  );
}

function packagesOf({ root, packages, files }: ImageManifest): string {
  if (root.packagesUnread !== undefined) return `not known, ${root.packagesUnread}`;
  if (root.packageManager === undefined) return 'not known, the root has no database of them';
  const fromRoot = files.filter(({ source }) => source !== undefined);
  const owned = fromRoot.filter((file) => file.package !== undefined);
  return `${packages.length} of ${root.packageManager} own ${owned.length} of ${fromRoot.length} files`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
