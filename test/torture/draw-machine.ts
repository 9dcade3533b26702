/** The machine of a seed: always the same for the same seed. */
import { draftOf, growDevices } from './draw-devices.ts';
import { drawFaults } from './draw-faults.ts';
import { drawPlaces, drawRoot, growMounts } from './draw-mounts.ts';
import type { DrawnMachine } from './drawn-machine.ts';
import { lotOf } from './lot.ts';

export function drawMachine(seed: number): DrawnMachine {
  const lot = lotOf(seed);
  const draft = draftOf(lot);
  growDevices(draft);
  growMounts(draft);
  const { layers } = draft;
  const root = drawRoot(draft);
  const places = drawPlaces(draft, root);
  const verb = lot.pick([
    'poweroff',
    'poweroff',
    'poweroff',
    'reboot',
    'reboot',
    'kexec',
    'halt',
  ] as const);
  const systemd = lot.pick([257, 257, 252] as const);
  const machine = { seed, verb, systemd, layers, root, places };
  return { ...machine, faults: drawFaults(lot, machine) };
}
