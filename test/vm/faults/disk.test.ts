import { disk } from '../../faults/disk.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(disk);
