import { environment } from '../../faults/environment.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(environment);
