import type { BlockDevice, DeviceGroup } from '../snapshot/snapshot.ts';
import type { AcyclicStack } from './break-cycles.ts';
import { classifyDevice } from './classify-device.ts';
import { targetsAfterMoves } from './move-mounts.ts';
import type { PlanOptions, TeardownStep } from './plan.ts';
import type { MountNode } from './snapshot-index.ts';
import type { MountStackNode, StackNode } from './stack-node.ts';

/** The step of each node that has one, still without what it waits for. */
export function stepsOf(
  stack: AcyclicStack,
  options: PlanOptions,
): ReadonlyMap<StackNode, TeardownStep> {
  const goesAlong = new Set(
    stack.edges.filter(({ reason }) => reason === 'detached-with').map(({ to }) => to),
  );
  const destinations = new Map<MountNode, string>();
  const taken = new Map<string, number>();
  for (const { node } of stack.moves) {
    const to = unique(`${options.asideDirectory}/${node.mount.mountId}`, taken);
    destinations.set(node, to);
  }
  const targetOf = targetsAfterMoves(destinations);
  const steps = new Map<StackNode, TeardownStep>();
  const ids = new Map<string, number>();
  for (const node of stack.nodes) {
    const step = stepOf(node);
    if (step !== undefined) steps.set(node, { ...step, id: unique(step.id, ids) });
  }
  return steps;

  function stepOf(node: StackNode): TeardownStep | undefined {
    switch (node.kind) {
      case 'mount':
        return node.fate === 'pinned' || goesAlong.has(node)
          ? undefined
          : unmount(node, stack.lazy.has(node), targetOf(node.node));
      case 'move':
        return moveMount(node.node, destinations);
      case 'swap':
        return {
          kind: 'disable-swap',
          id: `disable-swap ${node.swap.path}`,
          needs: [],
          after: [],
          path: node.swap.path,
          ...(node.device !== undefined && { device: node.device.name }),
          usedKib: node.swap.usedKib,
        };
      case 'group':
        return node.isProtected ? undefined : dissolveGroup(node.group);
      default:
        return node.isProtected ? undefined : deviceStep(node.device);
    }
  }
}

function unmount(
  { node, fate }: MountStackNode,
  isLazy: boolean,
  targetThen: string,
): TeardownStep {
  const { mountId, target, devnum, fstype } = node.mount;
  return {
    kind: 'unmount',
    id: `unmount ${target}`,
    needs: [],
    after: [],
    mountId,
    target: targetThen,
    devnum,
    fstype,
    lazy: isLazy || fate === 'light',
  };
}

function moveMount(node: MountNode, destinations: ReadonlyMap<MountNode, string>): TeardownStep {
  const { mountId, target } = node.mount;
  return {
    kind: 'move-mount',
    id: `move-mount ${target}`,
    needs: [],
    after: [],
    mountId,
    from: target,
    to: destinations.get(node) ?? target,
  };
}

function deviceStep(device: BlockDevice): TeardownStep | undefined {
  const teardown = classifyDevice(device);
  if (teardown === undefined) return undefined;
  const step = { needs: [], after: [], device: device.name };
  const { name = '', uuid = '' } = device.dm ?? {};
  switch (teardown.kind) {
    case 'close-crypt':
      return { ...step, kind: 'close-crypt', id: `close-crypt ${name}`, name, uuid };
    case 'remove-dm':
      return { ...step, ...teardown, id: `remove-dm ${name}`, name, uuid };
    case 'detach-loop':
      return {
        ...step,
        kind: 'detach-loop',
        id: `detach-loop ${device.name}`,
        backingFile: device.loop?.backingFile ?? '',
      };
    case 'stop-bcache':
      return {
        ...step,
        ...teardown,
        id: `stop-bcache ${device.name}`,
        state: device.bcache?.state ?? '',
      };
    case 'disconnect-nbd':
      return { ...step, ...teardown, id: `disconnect-nbd ${device.name}` };
    default:
      return {
        ...step,
        kind: 'stop-md',
        id: `stop-md ${device.name}`,
        external: device.md?.metadataVersion.startsWith('external:') ?? false,
        container: device.md?.level === 'container',
      };
  }
}

const verbOfGroup = {
  'bcache-set': 'stop-bcache-set',
  'bcache-backing': 'stop-bcache',
  'zfs-pool': 'export-pool',
  'iscsi-session': 'log-out',
  'nvme-controller': 'disconnect-nvme',
} as const;

/** A session that brings no disk any more has nothing to lose. */
function dissolveGroup({ kind, name, devices }: DeviceGroup): TeardownStep | undefined {
  if (kind === 'iscsi-session' && devices.length === 0) return undefined;
  const id = `${verbOfGroup[kind]} ${name}`;
  return { kind: 'dissolve-group', id, needs: [], after: [], group: kind, name, devices };
}

/**
 * A name that is in use gets a number: the same every time, as nodes have one order.
 *
 * @param taken how often each name was asked for.
 */
function unique(name: string, taken: Map<string, number>): string {
  let count = taken.get(name) ?? 0;
  let candidate = count === 0 ? name : '';
  while (candidate === '') {
    count += 1;
    const numbered = `${name} #${count}`;
    if (count > 1 && !taken.has(numbered)) candidate = numbered;
  }
  taken.set(name, Math.max(count, 1));
  if (candidate !== name) taken.set(candidate, 1);
  return candidate;
}
