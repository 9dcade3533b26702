/** Where a record is kept: names that its writer and its reader share. */

/** In efivarfs: the name, and a vendor GUID of our own (UEFI specification, 8.2, Variable Services). */
export const recordVariable = 'ShutdownramfsRecord-8d3b51c6-5b0e-4c1d-9c4e-2f1a7d90b6e3';

/** In a file system. */
export const recordDirectory = 'shutdownramfs';
export const recordFile = `${recordDirectory}/last-shutdown.json`;

/** Before the data of a variable: non-volatile, for boot and run time (Documentation/filesystems/efivarfs.rst). */
export const variableAttributes = [7, 0, 0, 0] as const;

/** A variable this small is stored by every firmware; the specification promises no size. */
export const mostVariableBytes = 1000;
export const mostFileBytes = 262_144;
