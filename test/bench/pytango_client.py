"""Measures PyTango's client: command round trips, asynchronous commands a second, event latency.

pytango_client.py ECHO_DEVICE EVENT_DEVICE CALLS; prints one line of JSON, times in microseconds.
"""

import json
import sys
import threading
import time

import tango

echo, events, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])


def quantiles(samples):
    ordered = sorted(samples)
    return {"p50": ordered[int(0.5 * (len(ordered) - 1))], "p99": ordered[int(0.99 * (len(ordered) - 1))]}


proxy = tango.DeviceProxy(echo)
trips = []
for _ in range(calls):
    start = time.perf_counter_ns()
    proxy.command_inout("DevDouble", 1.5)
    trips.append((time.perf_counter_ns() - start) / 1000)

start = time.perf_counter_ns()
window = 100
for _ in range(calls // window):
    ids = [proxy.command_inout_asynch("DevDouble", 1.5) for _ in range(window)]
    for one in ids:
        proxy.command_inout_reply(one, 5000)
pipelined = calls / ((time.perf_counter_ns() - start) / 1e9)

source = tango.DeviceProxy(events)
told = threading.Event()
source.subscribe_event("pushed", tango.EventType.CHANGE_EVENT, lambda event: told.set())
time.sleep(0.5)
latencies = []
for value in range(calls // 10):
    told.clear()
    start = time.perf_counter_ns()
    source.command_inout("Push", float(value) + 0.5)
    told.wait(5)
    latencies.append((time.perf_counter_ns() - start) / 1000)

print(json.dumps({"trip": quantiles(trips), "pipelined": pipelined, "event": quantiles(latencies)}))
