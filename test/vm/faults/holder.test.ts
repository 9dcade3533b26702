import { holder } from '../../faults/holder.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(holder);
