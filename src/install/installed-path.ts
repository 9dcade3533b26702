/** Where an installation lies below the root it is made for. */
export const libraryDirectory = '/usr/lib/shutdownramfs';
/** A symlink to the directory that holds the image in use. */
export const imageLink = `${libraryDirectory}/image`;
export const recordFile = `${libraryDirectory}/installed.json`;
export const hookFile = '/usr/lib/systemd/system-shutdown/shutdownramfs.shutdown';
export const unitFile = '/usr/lib/systemd/system/shutdownramfs.service';
export const enablingLink = '/etc/systemd/system/sysinit.target.wants/shutdownramfs.service';
export const commandFile = '/usr/bin/shutdownramfs';
export const mediumUnitFile = '/usr/lib/systemd/system/shutdownramfs-medium.service';
export const mediumEnablingLink =
  '/etc/systemd/system/sysinit.target.wants/shutdownramfs-medium.service';
export const lockedFilesConfig = '/etc/memlockd.d/shutdownramfs.cfg';
