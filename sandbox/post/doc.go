// Package post is the sandbox's post office and its SMS provider: an SMTP server that keeps what it is given, and an HTTP server that speaks
// Twilio's API for sending. Both keep real connections, ask for a password, and can be told to misbehave: refuse an address, be closed for
// now, or take a message and say nothing more.
package post
