"""A Modbus server by pymodbus with two units. Usage: modbus_pymodbus.py socket|rtu

Prints "PORT n" when it listens on 127.0.0.1. Takes lines on standard input: "set UNIT TABLE ADDRESS VALUE" and "get UNIT TABLE ADDRESS",
TABLE being c (coils), d (discrete inputs), h (holding registers) or i (input registers); each is answered by a line with the value.
"""

import asyncio
import sys
import types

# Debian's pymodbus imports pyserial, which it only recommends, whatever the transport; a server on TCP has no use for it.
try:
    import serial  # noqa: F401
    import serial_asyncio  # noqa: F401
except ImportError:
    sys.modules["serial"] = types.ModuleType("serial")
    asynchronous = types.ModuleType("serial_asyncio")
    asynchronous.create_serial_connection = None
    sys.modules["serial_asyncio"] = asynchronous

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext  # noqa: E402
from pymodbus.server import StartAsyncTcpServer  # noqa: E402
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer  # noqa: E402

FUNCTIONS = {"c": 1, "d": 2, "h": 3, "i": 4}


def unit():
    def block():
        return ModbusSequentialDataBlock(0, [0] * 1000)

    return ModbusSlaveContext(co=block(), di=block(), hr=block(), ir=block(), zero_mode=True)


async def obey(units):
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        words = line.decode().split()
        store, function, address = units[int(words[1])], FUNCTIONS[words[2]], int(words[3])
        if words[0] == "set":
            store.setValues(function, address, [int(words[4])])
        print(int(store.getValues(function, address, 1)[0]), flush=True)


async def main():
    units = {1: unit(), 2: unit()}
    framer = ModbusRtuFramer if sys.argv[1] == "rtu" else ModbusSocketFramer
    context = ModbusServerContext(slaves=units, single=False)
    server = await StartAsyncTcpServer(context=context, address=("127.0.0.1", 0), framer=framer, ignore_missing_slaves=True, defer_start=True)
    serving = asyncio.create_task(server.serve_forever())
    while not server.serving.done():
        await asyncio.sleep(0.01)
    print("PORT", server.server.sockets[0].getsockname()[1], flush=True)
    await obey(units)
    serving.cancel()


asyncio.run(main())
