import { expect, test } from 'vitest';
import { classifyDevice } from '../../../src/plan/classify-device.ts';
import type { DeviceMapperFacts } from '../../../src/snapshot/snapshot.ts';

const device = {
  name: 'dm-0',
  devnum: '253:0',
  sizeSectors: 1,
  readOnly: false,
  slaves: [],
  holders: [],
} as const;

const none: DeviceMapperFacts = { name: 'x', uuid: '', suspended: false, targets: ['integrity'] };

test('an integrity device is known to hold a key when its table says so', () => {
  const layer = { kind: 'remove-dm', layer: 'integrity' };
  expect(classifyDevice({ ...device, dm: none })).toEqual(layer);
  const keyed = { ...none, integrityKey: true } as const;
  expect(classifyDevice({ ...device, dm: keyed })).toEqual({ ...layer, keyed: true });
});

test.each([
  ['a drive that encrypts alone', 'CRYPT-LUKS2-OPAL-00-sed', ['linear'], 'close-crypt'],
  ['a drive that encrypts below dm-crypt', 'CRYPT-LUKS2-OPAL-00-sed', ['crypt'], 'close-crypt'],
  ['one that was wiped', 'CRYPT-LUKS2-OPAL-00-sed', ['error'], 'remove-dm'],
  ['a plain device', 'LVM-x', ['linear'], 'remove-dm'],
])('%s', (_, uuid, targets, kind) => {
  const dm = { name: 'sed', uuid, suspended: false, targets };
  expect(classifyDevice({ ...device, dm })?.kind).toBe(kind);
});
