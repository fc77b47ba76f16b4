package engines

import "context"

// Detour is a local address that forwards connections to a server. It can hang, be cut and be pointed to another server.
type Detour struct{ relay *relay }

// OpenDetour opens a detour to host:port.
func OpenDetour(ctx context.Context, target string) (*Detour, error) {
	r, err := newRelay(ctx, target, nil)
	return &Detour{r}, err
}

// Addr returns the local address. It never changes.
func (d *Detour) Addr() string { return d.relay.addr }

// Cut ends every connection and refuses new ones.
func (d *Detour) Cut() { d.relay.stop() }

// LeadTo opens a detour again that was cut. It then forwards to target.
func (d *Detour) LeadTo(ctx context.Context, target string) error {
	d.relay.target = target
	return d.relay.start(ctx)
}

// Hang keeps every connection open, but nothing passes until Resume.
func (d *Detour) Hang() error { return d.relay.pause() }

// Resume lets all bytes pass again, also those that arrived meanwhile.
func (d *Detour) Resume() error { return d.relay.resume() }
