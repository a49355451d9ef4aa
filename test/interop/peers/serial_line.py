"""A serial line in software: a pseudo-terminal, whose other end is a TCP connection. Usage: serial_line.py HOST PORT

Prints "PATH p", the terminal to open. Every byte is carried as it is.
"""

import os
import pty
import select
import socket
import sys
import tty

controller, line = pty.openpty()
tty.setraw(line)
tty.setraw(controller)
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])))
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print("PATH", os.ttyname(line), flush=True)
while True:
    readable, _, _ = select.select([controller, peer, sys.stdin], [], [])
    if sys.stdin in readable:
        break
    if controller in readable:
        peer.sendall(os.read(controller, 512))
    if peer in readable:
        data = peer.recv(512)
        if not data:
            break
        os.write(controller, data)
