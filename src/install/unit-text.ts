/** When the exitrd is filled: at boot, or at shutdown by the hook. */
export type FillTime = 'boot' | 'shutdown';

/** The unit as it is installed; a boot that does not fill leaves a placeholder for the hook. */
export function unitText(unit: string, fill: FillTime): string {
  return fill === 'boot' ? unit : unit.replace(/^(ExecStart=\S+) fill$/m, '$1 placeholder');
}
