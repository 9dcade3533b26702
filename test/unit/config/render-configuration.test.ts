import { expect, test } from 'vitest';
import { defaultConfiguration, type FileConfiguration } from '../../../src/config/configuration.ts';
import { mergeConfigurations } from '../../../src/config/merge-configurations.ts';
import { parseConfiguration } from '../../../src/config/parse-configuration.ts';
import { renderConfiguration } from '../../../src/config/render-configuration.ts';

test('every key, and the file that has set it', () => {
  const says = parseConfiguration('[debugging]\nflag-files = ["/a", "/b"]\n', 'one');
  expect(renderConfiguration(mergeConfigurations([{ name: '/etc/o\nne', says }])))
    .toBe(`# read, the last one counting most:
#   /etc/o?ne

[image]
features = [ "default" ] # default
programs = [] # default
files = [] # default
format = "cpio" # default
compress = "usual" # default
level = 0 # default

[time]
total-seconds = 90 # default

[last-resort]
lazy-unmount = false # default
error-table = false # default

[debugging]
flag-files = [ "/a", "/b" ] # /etc/o?ne
kernel-arguments = [ "shutdownramfs.debug" ] # default
pause-seconds = 120 # default

[console]
output = "normal" # default

[mounts]
never-move = [] # default

[free-memory]
overwrite = "never" # default
seconds = 60 # default

[firmware]
memory-overwrite-request = "keep" # default

[record]
firmware = "when-not-clean" # default
kernel-log = "when-not-clean" # default
file-system = "" # default
`);
});

test('it is a configuration file that says the same', () => {
  const says: FileConfiguration = {
    mounts: { 'never-move': ['/mnt/a "b" \\ ü#', "/mnt/'"] },
    hooks: { '50-display': { program: '/usr/lib/a b', when: 'final' } },
  };
  const effective = mergeConfigurations([{ name: 'one', says }]);
  const text = renderConfiguration(effective);
  expect(parseConfiguration(text, 'text')).toEqual(effective.configuration);
  expect(text).toMatch(
    /^\[hooks\.50-display\]\nseconds = 10 # default\nprogram = "\/usr\/lib\/a b" # one\nwhen = "final" # one$/m,
  );
  const standard = parseConfiguration(renderConfiguration(mergeConfigurations([])), 'text');
  expect({ ...standard, hooks: {} }).toEqual(defaultConfiguration);
});
