import type { DissolveGroup, TeardownPlan, TeardownStep } from './plan.ts';

/** The steps in words, numbered through, with a heading for each wave. */
export function renderPlan(plan: TeardownPlan): string {
  if (plan.waves.length === 0) return 'Nothing is left to take down.\n';
  const count = plan.waves.flat().length;
  const width = String(count).length;
  let number = 0;
  const lines = plan.waves.flatMap((wave, i) => [
    `wave ${i + 1}`,
    ...wave.map((step) => {
      number += 1;
      return `  ${String(number).padStart(width)}  ${describeStep(step)}`;
    }),
  ]);
  const waves = `${plan.waves.length} ${plan.waves.length === 1 ? 'wave' : 'waves'}`;
  return `${count} ${count === 1 ? 'step' : 'steps'} in ${waves}\n${lines.join('\n')}\n`;
}

/** One step as an imperative, e.g. `close cryptroot (dm-0)`. */
function describeStep(step: TeardownStep): string {
  switch (step.kind) {
    case 'move-mount':
      return `move ${step.from} to ${step.to}`;
    case 'unmount':
      return step.lazy
        ? `detach ${step.target} (${step.fstype}) and all below`
        : `unmount ${step.target} (${step.fstype})`;
    case 'disable-swap':
      return `turn off swap on ${step.device ?? step.path}, ${step.usedKib} KiB used`;
    case 'detach-loop':
      return `detach ${step.device} from ${step.backingFile}`;
    case 'close-crypt':
      return `close ${step.name} (${step.device}), which wipes its key`;
    case 'remove-dm':
      return `remove ${step.name} (${step.device}, ${layerWords[step.layer]})`;
    case 'stop-md':
      return `stop ${step.device}${step.container ? ', a container' : ''}${
        step.external ? ' once its metadata is written' : ''
      }`;
    case 'stop-bcache':
      return `stop ${step.device} (bcache, ${step.state})`;
    case 'disconnect-nbd':
      return `disconnect ${step.device}`;
    case 'dissolve-group':
      return describeGroup(step);
  }
}

function describeGroup({ group, name, devices }: DissolveGroup): string {
  const members = devices.join(', ') || 'no device';
  switch (group) {
    case 'bcache-set':
      return `stop the bcache set ${name} on ${members}`;
    case 'bcache-backing':
      return `release ${name}, which waits for its cache`;
    case 'zfs-pool':
      return `export the pool ${name}`;
    case 'iscsi-session':
      return `log out of ${name}, over which ${members} came`;
    case 'nvme-controller':
      return `disconnect ${name}, over which ${members} came`;
  }
}

const layerWords = {
  lvm: 'logical volume',
  'lvm-metadata': 'logical volume with metadata of its own',
  integrity: 'dm-integrity',
  verity: 'dm-verity',
  multipath: 'multipath',
  partition: 'partition',
  other: 'device-mapper',
} as const;
