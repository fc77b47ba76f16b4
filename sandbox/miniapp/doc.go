// Package miniapp is the club's Mini App as the API sees it: a person whom Telegram vouches for, with a session, who books nets over HTTP. It
// knows addresses and JSON and nothing of the server's code, so that tests and the demo meet the API as a stranger's client would.
package miniapp
