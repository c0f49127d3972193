"""A relay that keeps what it takes: relay.py FOLDER. Prints its port, then answers as the recipient's name says."""
import asyncio
import os
import sys

from aiosmtpd.smtp import SMTP


class Kept:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 there is nobody of that name"
        if address.startswith("later"):
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        with open(os.path.join(self.folder, f"{self.count}.eml"), "wb") as file:
            file.write(envelope.content)
        if envelope.rcpt_tos[0].startswith("cut"):
            server.transport.abort()  # it has the message, and nobody hears of it
            await asyncio.sleep(0)
        return "250 taken"


async def main():
    loop = asyncio.get_running_loop()
    kept = Kept(sys.argv[1])
    server = await loop.create_server(lambda: SMTP(kept, loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
