// A bot of another make, run by the independent client as well, and a person who uses all of it: the start payload, the command menu,
// buttons, an edit, inline mode with the choice of a result, an upload, an album, a forward, a deletion.
import { createHash } from 'node:crypto'
import { BotInline, BotInlineMessage, BotKeyboard, InputMedia, Long } from '@mtcute/node'
import { next, reached, signInBot, signInPerson } from './connect.mjs'
import { sendResult } from './member.mjs'

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

export async function scorer(open, { phone, token, name }) {
  const [botOpened, personOpened] = [open({ pfs: true }), open({ pfs: true })]
  const [bot, person] = [botOpened.client, personOpened.client]
  try {
    const [botSelf, self] = await Promise.all([signInBot(botOpened, token), signInPerson(personOpened, phone)])
    reached('scorer: signed in')
    await bot.setMyCommands({ commands: [{ _: 'botCommand', command: 'score', description: 'The score now' }] })
    serve(bot)
    const refused = await bot.call({ _: 'messages.getDialogs', offsetDate: 0, offsetId: 0, offsetPeer: { _: 'inputPeerEmpty' }, limit: 1, hash: Long.ZERO })
      .then(() => 'nothing', (error) => error.text)
    return { bot: botSelf, self, refused, ...await buttonsAndMenus(person, name), ...await inline(person, name), ...await files(person, name) }
  } finally {
    await Promise.all([bot.destroy(), person.destroy()])
  }
}

// serve answers as the bot.
function serve(bot) {
  bot.onNewMessage.add(async (m) => {
    if (m.text.startsWith('/start')) {
      await bot.sendText(m.chat, `started with ${m.text.slice(7)}`, { replyMarkup: BotKeyboard.inline([[BotKeyboard.callback('Next over', 'over:7')]]) })
    } else if (m.media?.type === 'document' && !m.groupedId) {
      await bot.replyText(m, `sha256 ${sha256(await bot.downloadAsBuffer(m.media))}`)
    }
  })
  bot.onCallbackQuery.add(async (query) => {
    await bot.editMessage({ chatId: query.chat.id, message: query.messageId, text: `over ${query.dataStr.slice(5)}` })
    await bot.answerCallbackQuery(query, { text: 'bowled', alert: true })
  })
  bot.onInlineQuery.add((query) => bot.answerInlineQuery(query, [BotInline.article('six', {
    title: 'Six', message: BotInlineMessage.text(`six for ${query.query}`, { replyMarkup: BotKeyboard.inline([[BotKeyboard.callback('Again', 'again')]]) }),
  })], { cacheTime: 0 }))
  bot.onChosenInlineResult.add((choice) => bot.editInlineMessage({ messageId: choice.messageId, text: `${choice.id} was chosen for ${choice.query}` }))
  bot.onInlineCallbackQuery.add((query) => bot.answerCallbackQuery(query, { text: 'once more' }))
}

async function buttonsAndMenus(person, name) {
  const peer = await person.resolvePeer(name)
  const user = await person.resolveUser(name)
  const greeted = next(person.onNewMessage, 'greeting', (m) => m.text.startsWith('started with'))
  const started = await person.call({ _: 'messages.startBot', bot: user, peer, randomId: Long.fromNumber(7), startParam: 'net_4' })
  person.handleClientUpdate(started, false)
  const greeting = await greeted
  reached('scorer: greeted')
  const edited = next(person.onEditMessage, 'edit', (m) => m.id === greeting.id)
  const answer = await person.getCallbackAnswer({ chatId: name, message: greeting.id, data: 'over:7' })
  const full = await person.call({ _: 'users.getFullUser', id: user })
  return {
    greeting: greeting.text, answer: { text: answer.message, alert: answer.alert === true }, edited: (await edited).text,
    menu: full.fullUser.botInfo.commands.map((c) => c.command),
  }
}

async function inline(person, name) {
  const peer = { _: 'inputPeerSelf' }
  const found = await person.call({ _: 'messages.getInlineBotResults', bot: await person.resolveUser(name), peer, query: 'Asha', offset: '' })
  reached('scorer: inline results')
  const edited = next(person.onEditMessage, 'edit of the inline message', (m) => m.text.includes('was chosen'))
  await sendResult(person, peer, found)
  const message = await edited
  reached('scorer: chosen')
  return { chosen: message.text, via: message.viaBot?.username }
}

async function files(person, name) {
  const bytes = Buffer.alloc(1_300_000, 'leg before wicket ')
  const hashed = next(person.onNewMessage, 'hash', (m) => m.text.startsWith('sha256'))
  const sent = await person.sendMedia(name, InputMedia.document(bytes, { fileName: 'score sheet.csv', fileMime: 'text/csv' }))
  reached('scorer: uploaded')
  const reply = await hashed
  reached('scorer: hashed')
  const album = await person.sendMediaGroup(name, [1, 2].map((n) => InputMedia.document(Buffer.from(`page ${n}`), { fileName: `page ${n}.txt`, caption: `caption ${n}` })))
  const [forwarded] = await person.forwardMessagesById({ fromChatId: name, messages: [album[0].id], toChatId: 'me' })
  await person.deleteMessagesById(name, [album[1].id])
  const [left, gone] = await person.getMessages(name, [album[0].id, album[1].id])
  return {
    upload: { sent: sha256(bytes), received: reply.text.slice(7), answers: reply.replyToMessage?.id === sent.id },
    album: album.map((m) => ({ caption: m.text, name: m.media.fileName, together: m.groupedId?.eq(album[0].groupedId) === true })),
    forwarded: forwarded.media.fileName, kept: left?.text, deleted: gone === null,
  }
}
