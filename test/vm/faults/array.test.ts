import { array } from '../../faults/array.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(array);
