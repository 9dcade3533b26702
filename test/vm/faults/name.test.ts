import { name } from '../../faults/name.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(name);
