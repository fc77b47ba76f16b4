// Package mtproto is the server side of MTProto 2.0: transports, key exchange, encryption, sessions and their service messages.
//
// It uses gotd's cryptography and wire types. A Handler answers the requests. One goroutine of a connection reads the frames, decrypts them, unpacks
// containers, gzip and wrappers, and calls the handler. Answers and pushed updates go to the connection's queue, which a second goroutine encrypts and
// writes. So a silent or slow client delays no other.
//
// Invariants:
//   - A request is handled once, even if its message id arrives several times.
//   - A message with a wrong salt or an impossible id gets the protocol's correction.
//   - A message under an unknown auth key gets the transport error 404.
package mtproto
