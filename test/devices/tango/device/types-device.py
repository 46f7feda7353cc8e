"""A device with the types that TangoTest lacks."""

import sys
from enum import IntEnum

import tango
from tango import AttrQuality, AttrWriteType, CmdArgType, DevState
from tango.server import Device, attribute, command, run


class Mode(IntEnum):
    IDLE = 0
    SCANNING = 1


class Types(Device):
    def init_device(self):
        super().init_device()
        self._mode = Mode.SCANNING
        self._encoded = ("raw", b"\x01\xff")
        self._states = [DevState.ON, DevState.MOVING]
        self._list = []

    @attribute(dtype=Mode, access=AttrWriteType.READ_WRITE)
    def mode(self):
        return self._mode

    @mode.write
    def mode(self, value):
        self._mode = Mode(value)

    @attribute(dtype="DevEncoded", access=AttrWriteType.READ_WRITE)
    def encoded(self):
        return self._encoded

    @encoded.write
    def encoded(self, value):
        self._encoded = value

    @attribute(dtype=(CmdArgType.DevState,), max_dim_x=8)
    def states(self):
        return self._states

    @attribute(dtype=CmdArgType.DevState)
    def gate(self):
        return DevState.CLOSE

    @attribute(dtype=float, unit="K", doc="how warm it is")
    def invalid(self):
        return 0.0, 0.0, AttrQuality.ATTR_INVALID

    @attribute(dtype=float, min_alarm=10)
    def alarming(self):
        return 5.0

    @attribute(dtype=[float], max_dim_x=8, access=AttrWriteType.READ_WRITE)
    def readings(self):
        return self._list

    @readings.write
    def readings(self, value):
        self._list = list(value)

    @command(dtype_in="DevEncoded", dtype_out="DevEncoded")
    def EchoEncoded(self, value):
        return value

    @command(dtype_in=CmdArgType.DevState, dtype_out=CmdArgType.DevState)
    def EchoState(self, value):
        return value

    @command(dtype_in=[bool], dtype_out=[bool])
    def EchoBooleans(self, value):
        return value

    @command(dtype_in=str)
    def Fail(self, why):
        try:
            tango.Except.throw_exception("Inner", why, "inside")
        except tango.DevFailed as error:
            tango.Except.re_throw_exception(error, "Outer", "it failed", "outside")

    @command
    def AddCommand(self):
        added = command(f=self.Later, dtype_out=int)
        self.add_command(added, device_level=True)

    def Later(self):
        return 42


if __name__ == "__main__":
    run((Types,), args=sys.argv)
