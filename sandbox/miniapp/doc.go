// Package miniapp is a client of the HTTP API: a person with a session from Telegram who books nets. It uses paths and JSON and none of the server's
// code, so that tests and the demo use the API like a client of a third party.
package miniapp
