// Signing in: people by phone and code as on Telegram's test servers, bots by token.

package world

// login binds an auth key to an account.
func (w *World) login(key [8]byte, id int64) {
	w.forget(key)
	w.Logins[key] = id
	if w.keys[id] == nil {
		w.keys[id] = map[[8]byte]bool{}
	}
	w.keys[id][key] = true
}

func (w *World) forget(key [8]byte) {
	if old, ok := w.Logins[key]; ok {
		delete(w.keys[old], key)
		delete(w.Logins, key)
	}
}
