import type { CommandModule } from 'yargs';

interface PlanArguments {
  readonly snapshot: string | undefined;
  readonly json: boolean;
}

export const planCommand: CommandModule<object, PlanArguments> = {
  command: 'plan',
  describe: 'Print the storage stack as a tree and the steps that take it apart',
  builder: (command) =>
    command
      .option('snapshot', {
        type: 'string',
        requiresArg: true,
        describe: 'Plan for the machine in this file, made by `snapshot`, not for this one',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the plan as JSON' }),
  handler: async ({ snapshot: path, json }) => {
    const [{ loadSnapshot }, { planTeardown }, { renderPlan }, { renderStack }] = await Promise.all(
      [
        import('../../snapshot/load-snapshot.ts'),
        import('../../plan/plan-teardown.ts'),
        import('../../plan/render-plan.ts'),
        import('../../plan/render-stack.ts'),
      ],
    );
    const snapshot = await loadSnapshot(path);
    const isAfterPivot = snapshot.mounts.some(({ target }) => target === '/oldroot');
    const plan = planTeardown(snapshot, {
      oldRoot: isAfterPivot ? '/oldroot' : '/',
      asideDirectory: '/mnt',
    });
    if (json) process.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);
    else process.stdout.write(`${renderStack(snapshot)}\n${renderPlan(plan)}`);
  },
};
