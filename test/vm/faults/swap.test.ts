import { swap } from '../../faults/swap.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(swap);
