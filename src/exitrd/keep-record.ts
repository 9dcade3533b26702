/**
 * Keeps the record of this shutdown where the machine has a place that outlives it: a variable of the EFI
 * firmware, a file system that the configuration names, the kernel's own store of its log (pstore).
 */
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { clearImmutable } from '../kernel/system-call.ts';
import {
  mostFileBytes,
  mostVariableBytes,
  recordDirectory,
  recordFile,
  recordVariable,
  variableAttributes,
} from '../record/record-place.ts';
import { recordText, recordVersion, type ShutdownRecord } from '../record/record.ts';
import type { Settings } from '../settings/settings.ts';
import type { Budget } from './budget.ts';
import { isCutOff } from './cut-off.ts';
import type { Run } from './execute-plan.ts';
import { firmwareDeadline, mountVariables, variablePath } from './firmware-variables.ts';
import type { Journal } from './journal.ts';
import { readNow } from './read-now.ts';
import { fitReport, summaryOf, type Report } from './report.ts';
import { sourcePath } from '../record/source-path.ts';

const busybox = '/usr/bin/busybox';
/** devtmpfs: there whatever became of other file systems, and in memory. */
const draft = '/dev/.shutdownramfs-record';
const fileDeadline = 8_000;
/** Bytes of the record around its report, the line for a person among them. */
const roomBesideReport = 300;

/** Last of all, when the report is complete; what fails is only said. */
export async function keepRecord(
  report: Report,
  settings: Settings['record'],
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<void> {
  const record: ShutdownRecord = {
    version: recordVersion,
    boot: readNow('/proc/sys/kernel/random/boot_id')?.trim() ?? '',
    time: new Date().toISOString().replace(/\.\d+/, ''),
    summary: summaryOf(report),
    report,
    lines: journal.lines(),
  };
  const wanted = (policy: RecordPolicy) =>
    policy === 'always' || (policy === 'when-not-clean' && !report.clean);
  const small = { ...record, report: fitReport(report, mostVariableBytes - roomBesideReport) };
  const kept = [
    ...(await keepInFirmware(wanted(settings.firmware), small, budget, run)),
    ...(settings.fileSystem === ''
      ? []
      : [await keepInFile(settings.fileSystem, record, budget, run)]),
    ...(wanted(settings.kernelLog) ? keepKernelLog() : []),
  ];
  for (const { ok, text } of kept) {
    if (ok) journal.detail(`record kept ${text}`);
    else journal.warn(`record not kept ${text}`);
  }
}

interface Kept {
  readonly ok: boolean;
  /** Where; and why not. */
  readonly text: string;
}

type RecordPolicy = Settings['record']['firmware'];

/** A record of an earlier shutdown that is not replaced is removed: it would be taken for this one's. */
async function keepInFirmware(
  wanted: boolean,
  record: ShutdownRecord,
  budget: Budget,
  run: Run,
): Promise<readonly Kept[]> {
  const variable = variablePath(recordVariable);
  if (!(await mountVariables(budget, run))) return [];
  const exists = existsSync(variable);
  if (!wanted && !exists) return [];
  const unlocked = exists ? clearImmutable(variable) : undefined;
  if (unlocked !== undefined) return [failed('firmware', `unlock: ${unlocked}`)];
  if (!wanted) {
    const { ok, reason } = await run([busybox, 'rm', variable], budget.reserved(firmwareDeadline));
    return ok ? [] : [failed('firmware', `remove the earlier one: ${reason}`)];
  }
  const text = recordText(record, mostVariableBytes);
  const refusal = writeDraft(Buffer.concat([Buffer.from(variableAttributes), Buffer.from(text)]));
  if (refusal !== undefined) return [failed('firmware', refusal)];
  // The kernel hands over to the firmware what one write(2) brings.
  const { ok, reason } = await run(
    [busybox, 'dd', `if=${draft}`, `of=${variable}`, 'bs=64k', 'conv=notrunc'],
    budget.reserved(firmwareDeadline),
  );
  return [ok ? { ok, text: 'in the firmware' } : failed('firmware', reason)];
}

/** Written beside and renamed, flushed, and unmounted again; `$0` the device, `$1` the mount point. */
const writeFile = `mkdir -p "$1" && mount -n -o rw,nosuid,nodev,noexec "$0" "$1" || exit
cd "$1" && mkdir -p ${recordDirectory} && cp ${draft} ${recordFile}.new &&
  mv -f ${recordFile}.new ${recordFile} && sync -f ${recordDirectory}
status=$?
cd /
umount "$1" && exit $status`;

async function keepInFile(
  source: string,
  record: ShutdownRecord,
  budget: Budget,
  run: Run,
): Promise<Kept> {
  const path = sourcePath(source);
  let device: string;
  try {
    device = realpathSync(path);
  } catch (error) {
    return failed(source, `${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  if (isCutOff(basename(device))) return failed(source, `${device} is gone`);
  const refusal = writeDraft(Buffer.from(recordText(record, mostFileBytes)));
  if (refusal !== undefined) return failed(source, refusal);
  const { ok, reason } = await run(
    [busybox, 'sh', '-c', writeFile, device, '/dev/.shutdownramfs-record.mount'],
    budget.reserved(fileDeadline),
  );
  return ok ? { ok, text: `in ${recordFile} on ${source}` } : failed(source, reason);
}

/** The kernel writes the end of its log to pstore at an orderly shutdown too (kernel/printk/printk.c). */
function keepKernelLog(): readonly Kept[] {
  try {
    writeFileSync('/sys/module/printk/parameters/always_kmsg_dump', 'Y');
    return [];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? [] : [failed('kernel log', code ?? String(error))];
  }
}

function writeDraft(bytes: Uint8Array): string | undefined {
  try {
    writeFileSync(draft, bytes, { mode: 0o600 });
    return undefined;
  } catch (error) {
    return `write ${draft}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  }
}

function failed(place: string, reason: string): Kept {
  return { ok: false, text: `on ${place}: ${reason}` };
}
