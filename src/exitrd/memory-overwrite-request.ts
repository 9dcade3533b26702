/**
 * The EFI variable that asks the firmware to clear memory at the next boot. The kernel's EFI stub
 * sets it at each boot (CONFIG_RESET_ATTACK_MITIGATION); here it is seen to that it stands, or it is
 * taken back. It is never created: a firmware that does not know it would not clear anything.
 */
import { existsSync } from 'node:fs';
import { clearImmutable } from '../kernel/system-call.ts';
import type { Settings } from '../settings/settings.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import { firmwareDeadline, mountVariables, variablePath } from './firmware-variables.ts';
import { overwriteRequestValue } from './overwrite-request-value.ts';

const busybox = '/usr/bin/busybox';
const variable = variablePath('MemoryOverwriteRequestControl-e20939be-32d4-41be-a150-897f85d49829');

/**
 * What became of it: `set`, `cleared`, `absent` where there is no such variable, or why it could
 * not be done. Undefined where it was to be left alone.
 */
export async function settleOverwriteRequest(
  policy: Settings['memoryOverwriteRequest'],
  nothingRemains: boolean,
  budget: Budget,
  run: Run,
): Promise<string | undefined> {
  if (policy === 'keep') return undefined;
  if (!existsSync(variable)) await mountVariables(budget, run);
  if (!existsSync(variable)) return 'absent';
  const before = await readValue(budget, run);
  if (typeof before === 'string') return before;
  const after = overwriteRequestValue(policy, before.value, nothingRemains);
  if (after !== before.value) {
    const refusal = clearImmutable(variable);
    if (refusal !== undefined) return `unlock: ${refusal}`;
    // One write(2) of all; `<>` neither creates nor truncates what is there.
    const bytes = [...before.attributes, after].map((byte) => `\\${byte.toString(8)}`).join('');
    const script = `printf '${bytes}' 1<>${variable}`;
    const { ok, reason } = await run(
      [busybox, 'sh', '-c', script],
      budget.reserved(firmwareDeadline),
    );
    if (!ok) return `write: ${reason}`;
  }
  return (after & 1) === 1 ? 'set' : 'cleared';
}

/** Four bytes of attributes, then the variable's own (Documentation/filesystems/efivarfs.rst). */
async function readValue(
  budget: Budget,
  run: Run,
): Promise<{ readonly attributes: readonly number[]; readonly value: number } | string> {
  const command = [busybox, 'hexdump', '-v', '-e', '1/1 "%02x"', variable] as const;
  const { ok, reason, stdout } = await run(command, budget.reserved(firmwareDeadline));
  if (!ok) return `read: ${reason}`;
  const bytes = [...Buffer.from(stdout.trim(), 'hex')];
  const [value] = bytes.slice(4);
  if (bytes.length !== 5 || value === undefined) return `read: ${bytes.length} bytes`;
  return { attributes: bytes.slice(0, 4), value };
}
