import { network } from '../../faults/network.ts';
import { testFaults } from '../../support/fault-machine.ts';

testFaults(network);
