import type { DeviceDriver, DeviceLink, LinkSubscription } from '../../src/devices/driver.ts';

/** A driver that counts the attributes that are listened to on its links. */
export interface CountingDriver extends DeviceDriver {
  readonly listening: number;
}

/** Leaves a driver as it is, and counts. */
export function countingDriver(driver: DeviceDriver): CountingDriver {
  const open = new Set<LinkSubscription>();
  const counted = (link: DeviceLink): DeviceLink => {
    const ofLink = new Set<LinkSubscription>();
    const listen: DeviceLink['listen'] = async (...args) => {
      const subscription = await link.listen(...args);
      open.add(subscription);
      ofLink.add(subscription);
      return {
        close: () => {
          open.delete(subscription);
          subscription.close();
        },
      };
    };
    // What belongs to one link ends with it.
    void link.closed.then(() => {
      for (const subscription of ofLink) open.delete(subscription);
    });
    return new Proxy(link, {
      get: (target, name) => {
        if (name === 'listen') return listen;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
  };
  return {
    name: driver.name,
    backoff: driver.backoff,
    connect: async (options) => counted(await driver.connect(options)),
    get listening() {
      return open.size;
    },
  };
}
