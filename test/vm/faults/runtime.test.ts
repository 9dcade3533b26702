import { runtime } from '../../faults/runtime.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(runtime);
