import type { BuildReport } from '../image/run-build.ts';

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
    const proved = { started: 'each was started in it', resolved: 'resolved, not started' }[proof];
    lines.push(`  programs: ${proved}`);
  }
  return `${lines.join('\n')}\n`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
