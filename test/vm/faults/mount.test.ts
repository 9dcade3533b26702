import { mount } from '../../faults/mount.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(mount);
