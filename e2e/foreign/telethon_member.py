"""A member of the club with Telethon: signs in by its own handshake, searches, taps, and receives the file.

The settings come as JSON on the standard input. The report is one line of JSON on the standard output.
"""
import asyncio
import contextlib
import hashlib
import json
import sys

from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.sessions import MemorySession


async def member(telegram, phone, bot, query):
    rsa.add_key(telegram["key"], old=False)
    session = MemorySession()
    session.set_dc(telegram["dc"], telegram["address"], telegram["port"])
    client = TelegramClient(session, 1, "hash")
    # As on Telegram's test servers: the phone is 99966XYYYY and the code is the X, five times.
    with contextlib.redirect_stdout(sys.stderr):  # it greets the person
        await client.start(phone=lambda: phone, code_callback=lambda: phone[5] * 5)
    try:
        me = await client.get_me()
        async with client.conversation(bot, timeout=120) as talk:
            await talk.send_message(query)
            page = await talk.get_response()
            button = next(b for row in page.buttons for b in row if b.data)
            answer = await button.click()
            file = await talk.get_response()
        content = await client.download_media(file, bytes)
        return {
            "self": {"id": me.id, "bot": me.bot, "username": me.username},
            "page": page.raw_text, "button": button.text, "answer": answer.message or "", "caption": file.raw_text,
            "file": {"name": file.file.name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()},
        }
    finally:
        await client.disconnect()


print(json.dumps(asyncio.run(member(**json.load(sys.stdin)))))
