// Package dc is a simulated Telegram data centre: a world behind an MTProto server, with faults on request.
//
// Start listens on TCP. A client with Addr and PublicKeyPEM can sign in as a bot or as a user. Requests go through the faults to the world, and updates
// go through the faults to the client. With a state file, the keys and the world survive Close and Start.
package dc
