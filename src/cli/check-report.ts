import type { ImageCheck } from '../check/check-image.ts';

/** The verdict in one line, and a line for each thing that is wrong. */
export function formatCheck({ image, damage, programs, changes }: ImageCheck): string {
  const findings = damage.map(({ path, about }) =>
    path === undefined ? about : `${path}: ${about}`,
  );
  const words = [damage.length > 0 ? 'damaged' : 'whole'];
  if (programs !== undefined) {
    const { count, failures, proof } = programs;
    findings.push(...failures);
    const done = proof === 'resolved' ? 'resolve, not started' : 'start';
    if (failures.length > 0) words.push(`${failures.length} of ${count} programs do not start`);
    else words.push(`all ${count} programs ${done}`);
  }
  if (changes !== undefined) {
    const { packages, files, root } = changes;
    for (const { name, architecture, packed, installed, parts } of packages) {
      const now = installed === undefined ? 'it is there no more' : `${installed} is installed`;
      findings.push(`${name} ${architecture}: ${packed} is packed, ${now}${partsOf(parts)}`);
    }
    for (const { source, about, parts } of files) {
      findings.push(`${source}: ${about}${partsOf(parts)}`);
    }
    words.push(packages.length + files.length > 0 ? `older than ${root}` : `as ${root} has it`);
  }
  return `${image}: ${words.join(', ')}\n${findings.map((line) => `  ${line}\n`).join('')}`;
}

function partsOf(parts: readonly string[]): string {
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
