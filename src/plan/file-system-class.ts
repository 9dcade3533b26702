/** Interfaces of the kernel: nothing of a user's is stored in them. Source: fs/ and kernel/ of Linux. */
const kernelInterfaces: ReadonlySet<string> = new Set([
  'autofs',
  'bdev',
  'binder',
  'binfmt_misc',
  'bpf',
  'cgroup',
  'cgroup2',
  'configfs',
  'cpuset',
  'debugfs',
  'devpts',
  'devtmpfs',
  'efivarfs',
  'functionfs',
  'fusectl',
  'hugetlbfs',
  'mqueue',
  'nfsd',
  'nsfs',
  'proc',
  'pstore',
  'resctrl',
  'rpc_pipefs',
  'securityfs',
  'selinuxfs',
  'smackfs',
  'sysfs',
  'tracefs',
  'xenfs',
]);

/** `interface`: of the kernel; `memory`: holds files in RAM and nowhere else; `storage`: the rest. */
export type FileSystemClass = 'interface' | 'memory' | 'storage';

export function classifyFileSystem(fstype: string): FileSystemClass {
  if (kernelInterfaces.has(fstype)) return 'interface';
  return fstype === 'tmpfs' || fstype === 'ramfs' || fstype === 'rootfs' ? 'memory' : 'storage';
}

/** Whether its files come over a network or from a process, which may be gone. */
export function isServed(fstype: string): boolean {
  return /^(?:nfs4?|fuse(?:blk)?(?:\..*)?|cifs|smb3|ceph|9p|afs)$/.test(fstype);
}
