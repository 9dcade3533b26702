import { expect, test } from 'vitest';
import { fateOfFreedMemory } from '../../../src/exitrd/freed-memory.ts';

/** Lines as the kernels of these versions write them. */
const logs = {
  '5.4, on': `<6>[    0.000000] Inode-cache hash table entries: 65536 (order: 7, 524288 bytes, linear)
<6>[    0.000000] mem auto-init: stack:off, heap alloc:on, heap free:on
<6>[    0.000000] mem auto-init: clearing system memory may take some time...
<6>[    0.000000] Memory: 978988K/1048056K available (12291K kernel code, 1178K rwdata)`,
  '5.15, off': `<6>[    0.000000] mem auto-init: stack:off, heap alloc:off, heap free:off
<6>[    0.000000] software IO TLB: mapped [mem 0x000000007beef000-0x000000007feef000] (64MB)`,
  '6.12, off': `<6>[    0.014013] Policy zone: DMA32
<6>[    0.014016] mem auto-init: stack:all(zero), heap alloc:on, heap free:off`,
  '6.12, on': `<6>[    0.014016] mem auto-init: stack:all(zero), heap alloc:on, heap free:on
<6>[    0.014018] mem auto-init: clearing system memory may take some time...`,
  '6.10, on': `6,64,0,-;mem auto-init: stack:all(zero), heap alloc:on, heap free:on, mlocked free:off`,
  '6.10, off': `6,64,0,-;mem auto-init: stack:off, heap alloc:on, heap free:off, mlocked free:on`,
  poisoned: `<6>[    0.013890] mem auto-init: CONFIG_PAGE_POISONING is on, will take precedence over init_on_alloc and init_on_free
<6>[    0.014016] mem auto-init: stack:all(zero), heap alloc:off, heap free:off`,
  '5.4, poisoned': `<6>[    0.000000] mem auto-init: CONFIG_PAGE_POISONING is on, will take precedence over init_on_free`,
  overwritten: '<6>[91234.567890] usb 1-1: new high-speed USB device number 5 using xhci_hcd',
};
const config = {
  plain: 'CONFIG_PAGE_POISONING=y\n# CONFIG_INIT_ON_FREE_DEFAULT_ON is not set\n',
  zeroing: 'CONFIG_INIT_ON_FREE_DEFAULT_ON=y\n',
};

test.each([
  ['5.4, on', '', undefined, 'zeroed'],
  ['5.15, off', '', undefined, 'kept'],
  ['6.12, off', '', undefined, 'kept'],
  ['6.12, on', '', undefined, 'zeroed'],
  ['6.10, on', '', undefined, 'zeroed'],
  ['6.10, off', '', undefined, 'kept'],
  ['poisoned', 'init_on_free=1 page_poison=1', undefined, 'poisoned'],
  ['5.4, poisoned', 'init_on_free=1 page_poison=on', undefined, 'poisoned'],
  // The outcome counts, not what was asked for.
  ['6.12, off', 'quiet init_on_free=1', undefined, 'kept'],
  // A kernel that was built without poisoning has told that it zeroes, or not.
  ['6.12, on', 'init_on_free=1 page_poison=1', undefined, 'zeroed'],
  ['6.12, off', 'page_poison=1', undefined, 'kept'],
  ['6.12, off', 'page_poison=1', config.plain, 'poisoned'],
  ['overwritten', 'ro init_on_free=1 quiet', undefined, 'zeroed'],
  ['overwritten', 'ro init_on_free=on', undefined, 'zeroed'],
  ['overwritten', 'ro init_on_free=Y', undefined, 'zeroed'],
  ['overwritten', 'ro init_on_free=0', undefined, 'kept'],
  ['overwritten', 'init_on_free=1 init_on_free=off', undefined, 'kept'],
  ['overwritten', 'xinit_on_free=1 init_on_free=?', undefined, 'unknown'],
  ['overwritten', 'page_poison=1', undefined, 'unknown'],
  ['overwritten', 'ro quiet', undefined, 'unknown'],
  ['overwritten', 'ro quiet', config.plain, 'kept'],
  ['overwritten', 'ro quiet', config.zeroing, 'zeroed'],
  ['overwritten', 'init_on_free=0', config.zeroing, 'kept'],
] as const)('log %s, command line %j, configuration %j: %s', (log, commandLine, config, fate) => {
  expect(fateOfFreedMemory({ log: logs[log], commandLine, config })).toBe(fate);
});
