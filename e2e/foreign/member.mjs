// A member of the club at the real bot: types, reads the page, taps, receives the file and fetches its bytes; then the same inline.
import { createHash } from 'node:crypto'
import { buttons, next, reached, signInPerson } from './connect.mjs'

export async function member(open, { phone, bot, query }) {
  const opened = open()
  const { client } = opened
  try {
    const self = await signInPerson(opened, phone)
    reached('member: signed in')
    const fromBot = (message) => message.sender.username === bot

    const page = next(client.onNewMessage, 'results', (m) => fromBot(m) && m.text.startsWith('🔎'))
    await client.sendText(bot, query)
    const results = await page
    reached('member: results')

    const tapped = buttons(results).find((b) => b._ === 'keyboardButtonCallback')
    const delivery = next(client.onNewMessage, 'file', (m) => fromBot(m) && m.media?.type === 'video')
    const answer = await client.getCallbackAnswer({ chatId: bot, message: results.id, data: tapped.data })
    reached('member: answer')
    const file = await delivery
    reached('member: file')
    const bytes = await client.downloadAsBuffer(file.media)

    reached('member: bytes')
    const found = await client.call({
      _: 'messages.getInlineBotResults', bot: await client.resolveUser(bot), peer: { _: 'inputPeerSelf' }, query, offset: '',
    })
    const chosen = next(client.onNewMessage, 'inline message', (m) => m.viaBot?.username === bot)
    await sendResult(client, { _: 'inputPeerSelf' }, found)
    reached('member: inline result')
    const saved = await chosen

    return {
      self, page: results.text, button: tapped.text, answer: answer.message, caption: file.text,
      file: { name: file.media.fileName, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
      inline: { results: found.results.length, name: saved.media?.fileName },
    }
  } finally {
    await client.destroy()
  }
}

// sendResult chooses the first of the results that a bot gave inline. What a raw call answers must be told to the client, which would see a
// gap otherwise.
export async function sendResult(client, peer, found) {
  const updates = await client.call({
    _: 'messages.sendInlineBotResult', peer, queryId: found.queryId, id: found.results[0].id, randomId: found.queryId,
  })
  client.handleClientUpdate(updates, false)
}
