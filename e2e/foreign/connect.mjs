// Signing in: what any MTProto client is given is an address and a public key, and nothing here knows more.
import { setTimeout } from 'node:timers/promises'
import { format } from 'node:util'
import { BaseTelegramClient, MemoryStorage, TelegramClient } from '@mtcute/node'
import { NodeCryptoProvider } from '@mtcute/node/utils.js'
import { addPublicKey } from '@mtcute/core/utils.js'

// connector returns a function that opens clients of one data centre.
export async function connector({ address, port, dc, key }) {
  const crypto = new NodeCryptoProvider()
  await crypto.initialize()
  addPublicKey(crypto, key)
  const option = { ipAddress: address, port, id: dc }
  return function open({ pfs = false } = {}) {
    const base = new BaseTelegramClient({
      apiId: 1, apiHash: 'hash', crypto, storage: new MemoryStorage(), defaultDcs: { main: option, media: option },
      network: { usePfs: pfs }, logLevel: 2, updates: {},
    })
    const client = new TelegramClient({ client: base })
    // The standard output is for the report.
    client.log.mgr.handler = (_colour, _level, tag, message, args) => console.error(tag, format(message, ...args))
    client.onError.add((error) => console.error(error))
    return { client, updates: base.updates }
  }
}

// signInPerson signs in as on Telegram's test servers: the phone is 99966XYYYY and the code is the X, five times.
export function signInPerson(opened, phone) {
  return signIn(opened, { phone, code: phone[5].repeat(5), codeSentCallback() {} })
}

export function signInBot(opened, botToken) {
  return signIn(opened, { botToken })
}

async function signIn({ client, updates }, how) {
  const self = await client.start(how)
  // The client listens for updates a moment after it has signed in and drops those that come before; it offers no event to wait for.
  while (!updates.updatesLoopActive) await setTimeout(5)
  return { id: self.id, bot: self.isBot, username: self.username }
}

// next is the first event that matches; it must be called before what causes the event. The wait only bounds a hang.
export function next(emitter, what, matches) {
  return new Promise((resolve, reject) => {
    const timer = globalThis.setTimeout(() => reject(new Error(`no ${what} in two minutes`)), 120_000)
    const listener = (event) => {
      if (!matches(event)) return
      clearTimeout(timer)
      emitter.remove(listener)
      resolve(event)
    }
    emitter.add(listener)
  })
}

// buttons are the buttons of a message in reading order.
export function buttons(message) {
  return (message.markup?.buttons ?? []).flat()
}

// reached says on the standard error how far a scene came, for whoever looks why it did not come to its end.
export function reached(step) {
  console.error(new Date().toISOString(), step)
}
