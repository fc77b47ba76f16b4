// Package telegramweb plays the part of Telegram's web client that Mini Apps see: a page that frames the app, passes what Telegram signs, and speaks the
// protocol of web_app_* messages with it. It is strict: a method that the client's version does not have is a fault of the app, which Faults lists.
//
// telegram.js is the protocol alone, a module without a look of its own, for other pages of the sandbox that open a Mini App in a frame. page.html is the
// smallest client around it.
package telegramweb
