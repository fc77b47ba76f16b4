// Package dc is a simulated Telegram data centre: a world behind an MTProto server, with faults on request.
//
// Start listens on TCP; any client that is given Addr and PublicKeyPEM can sign in, as a bot or as a user. Requests pass the faults, then the
// world; updates pass the faults on their way out. With a state file the keys and the world survive Close and Start.
package dc
