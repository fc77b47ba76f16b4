// Package broadcast has the screens of messages to many people: /broadcast, /broadcasts, and the button by which people opt out.
//
// A panel is the message that shows one broadcast in its author's chat. Taps change the broadcast and draw the panel; while the broadcast runs, Run draws
// it every few seconds. filter/broadcast holds the rules and sends, through this package's sender.
package broadcast
