/** The EFI firmware's variables as files. Every call of the firmware may take its time, or never return. */
import { existsSync } from 'node:fs';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';

const firmware = '/sys/firmware/efi';
const directory = `${firmware}/efivars`;
/** Milliseconds for one call of the firmware. */
export const firmwareDeadline = 5_000;

export function variablePath(name: string): string {
  return `${directory}/${name}`;
}

/** False on a machine without. The old root's mount of it went with the root. */
export async function mountVariables(budget: Budget, run: Run): Promise<boolean> {
  if (!existsSync(firmware)) return false;
  const mount = ['/usr/bin/mount', '-n', '-t', 'efivarfs', 'efivarfs', directory] as const;
  const { ok } = await run(mount, budget.reserved(firmwareDeadline));
  return ok;
}
