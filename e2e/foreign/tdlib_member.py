"""A member of the club with TDLib: signs in, reads the list of chats, starts the bot, searches, taps, and receives the file.

TDLib has Telegram's addresses and public keys built in. So this program loads a copy of the library that has the data centre's key in their place, and uses
a proxy that leads every address to the data centre.

The settings come as JSON on the standard input. The report is one line of JSON on the standard output.
"""
import ctypes
import hashlib
import json
import pathlib
import re
import sys

BEGIN, END = b"-----BEGIN RSA PUBLIC KEY-----", b"-----END RSA PUBLIC KEY-----"


def with_key(library, key, folder):
    """Copies the library with another public key in place of those of its length: the one of Telegram and the one of its test servers."""
    length = len(key) - len(BEGIN) - len(END)
    code, count = re.subn(BEGIN + rb"[^\0-]{%d}" % length + END, lambda _: key, library.read_bytes())
    if count != 2:
        raise RuntimeError(f"{library.name} has {count} keys of this length")
    copy = folder / "libtdjson.so"
    copy.write_bytes(code)
    return copy


class Client:
    """TDLib's JSON interface: numbered requests, their answers, and updates."""

    def __init__(self, library):
        self.lib = ctypes.CDLL(str(library))
        self.lib.td_execute.restype = self.lib.td_receive.restype = ctypes.c_char_p
        self.lib.td_receive.argtypes = [ctypes.c_double]
        self.lib.td_execute(b'{"@type": "setLogVerbosityLevel", "new_verbosity_level": 1}')
        self.id = self.lib.td_create_client_id()
        self.sent = 0
        self.updates = []  # that until() has not seen yet

    def send(self, kind, **fields):
        self.sent += 1
        self.lib.td_send(self.id, json.dumps({"@type": kind, "@extra": self.sent, **fields}).encode())
        return self.sent

    def receive(self):
        while True:
            if received := self.lib.td_receive(10.0):
                return json.loads(received)

    def answer(self, number):
        while (received := self.receive()).get("@extra") != number:
            self.updates.append(received)
        if received["@type"] == "error":
            raise RuntimeError(f"request {number}: {received['code']} {received['message']}")
        return received

    def ask(self, kind, **fields):
        return self.answer(self.send(kind, **fields))

    def until(self, wanted):
        """Returns the first update that is wanted. Those before it are dropped."""
        while True:
            update = self.updates.pop(0) if self.updates else self.receive()
            if wanted(update):
                return update

    def until_state(self, name):
        self.until(lambda u: u["@type"] == "updateAuthorizationState" and u["authorization_state"]["@type"] == f"authorizationState{name}")

    def message(self, chat):
        """Returns the next message that others write in a chat."""
        return self.until(lambda u: u["@type"] == "updateNewMessage" and u["message"]["chat_id"] == chat and not u["message"]["is_outgoing"])["message"]


def text(message):
    content = message["content"]
    return content["text" if "text" in content else "caption"]["text"]


def member(telegram, proxy, folder, phone, bot, query):
    library, = pathlib.Path(sys.prefix).glob("lib/python*/site-packages/tdjson.libs/libtdjson*")
    td = Client(with_key(library, telegram["key"].strip().encode(), pathlib.Path(folder)))
    # TDLib does both in this order once it has its parameters. So every connection uses the proxy.
    proxied = td.send("addProxy", proxy={"@type": "proxy", **proxy, "type": {"@type": "proxyTypeHttp"}}, enable=True)
    td.send("setTdlibParameters", database_directory=folder, files_directory=folder, use_message_database=True, api_id=1, api_hash="hash",
            system_language_code="en", device_model="test", application_version="1")
    td.answer(proxied)
    td.until_state("WaitPhoneNumber")
    td.ask("setAuthenticationPhoneNumber", phone_number=phone)
    td.until_state("WaitCode")
    td.ask("checkAuthenticationCode", code=phone[5] * 5)  # as on Telegram's test servers: the phone is 99966XYYYY and the code is the X, five times
    td.until_state("Ready")
    me = td.ask("getMe")
    td.ask("loadChats", limit=20)
    chats = [td.ask("getChat", chat_id=id)["title"] for id in td.ask("getChats", limit=20)["chat_ids"]]
    talk = td.ask("searchPublicChat", username=bot)
    chat, bot_id = talk["id"], talk["type"]["user_id"]
    td.ask("sendBotStartMessage", bot_user_id=bot_id, chat_id=chat)
    greeting = td.message(chat)
    td.ask("sendMessage", chat_id=chat, input_message_content={"@type": "inputMessageText", "text": {"@type": "formattedText", "text": query}})
    page = td.message(chat)
    button = next(b for row in page["reply_markup"]["rows"] for b in row if b["type"]["@type"] == "inlineKeyboardButtonTypeCallback")
    answer = td.ask("getCallbackQueryAnswer", chat_id=chat, message_id=page["id"],
                    payload={"@type": "callbackQueryPayloadData", "data": button["type"]["data"]})
    file = td.message(chat)
    document = file["content"]["document"]
    loaded = td.ask("downloadFile", file_id=document["document"]["id"], priority=1, synchronous=True)
    content = pathlib.Path(loaded["local"]["path"]).read_bytes()
    found = td.ask("getInlineQueryResults", bot_user_id=bot_id, chat_id=chat, query=query)["results"]
    td.ask("close")
    td.until_state("Closed")
    return {
        "self": {"id": me["id"], "bot": me["type"]["@type"] == "userTypeBot", "username": me["usernames"]["editable_username"]},
        "chats": chats, "greeting": text(greeting), "page": text(page), "button": button["text"], "answer": answer["text"], "caption": text(file),
        "file": {"name": document["file_name"], "size": len(content), "sha256": hashlib.sha256(content).hexdigest()},
        "inline": {"results": len(found), "name": found[0]["document"]["file_name"]},
    }


print(json.dumps(member(**json.load(sys.stdin))))
