/**
 * Aborted when somebody wants this process to end, by Ctrl-C, a signal, or a terminal that is gone; what
 * runs until then has to tidy up and give up.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  // Not `once`: execa ends the process at a signal that nobody listens to any more, before we tidied up.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  return controller.signal;
}
