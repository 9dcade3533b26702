import { crypt } from '../../faults/crypt.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(crypt);
