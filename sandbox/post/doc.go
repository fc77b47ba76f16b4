// Package post has an SMTP server that stores all mail, and an HTTP server with Twilio's API for sending SMS. Both use real connections and require a
// password. They can simulate faults: an unknown address, a temporary refusal, or a message that is accepted without an answer.
package post
