import { serveSimulated, simulatedDevice } from '../../../src/index.ts';
import type { Simulation } from '../../../src/index.ts';
import { contractDevice, describeDeviceProxy } from '../contract.ts';

describeDeviceProxy('simulatedDevice, in this process', async () => {
  const proxy = simulatedDevice(contractDevice);
  return { proxy, simulation: proxy.simulation, close: () => proxy.close() };
});

describeDeviceProxy('simulatedDevice, served on a port', async () => {
  const served = await serveSimulated([contractDevice]);
  const proxy = simulatedDevice(served.addresses['rig'] ?? '');
  return {
    proxy,
    simulation: served.simulations[0] as Simulation,
    async close() {
      await proxy.close();
      await served.close();
    },
  };
});
