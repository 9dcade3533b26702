import { tool } from '../../faults/tool.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(tool);
