// Package mtproto is the server side of MTProto 2.0: transports, key exchange, encryption, sessions and their service messages.
//
// It is built on gotd's cryptography and wire types and knows nothing of what the requests mean: a Handler answers them. Data flow: a
// connection's frames are read by one goroutine, decrypted, taken apart (containers, gzip, wrappers) and handed to the handler; answers and
// pushed updates go to the connection's outgoing queue, which another goroutine encrypts and writes. So neither a silent client nor a slow
// one holds up anybody else.
//
// Invariants: a request is answered once, however often its message id comes; a message with a wrong salt or an impossible id gets the
// protocol's own correction; an auth key unknown here gets the transport error 404.
package mtproto
