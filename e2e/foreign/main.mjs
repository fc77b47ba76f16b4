// Runs the scenes at once, each with clients of its own, and prints what they saw as one line of JSON. The settings come as JSON on the
// standard input; whether what was seen is right is for the test to say.
import { text } from 'node:stream/consumers'
import { connector } from './connect.mjs'
import { member } from './member.mjs'
import { scorer } from './scorer.mjs'

const settings = JSON.parse(await text(process.stdin))
const open = await connector(settings.telegram)
const [memberSaw, scorerSaw] = await Promise.all([member(open, settings.member), scorer(open, settings.scorer)])
console.log(JSON.stringify({ member: memberSaw, scorer: scorerSaw }))
